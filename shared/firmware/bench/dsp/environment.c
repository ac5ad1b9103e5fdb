#include "cases.h"
#include "motekit/dsp_climate.h"
#include "motekit/dsp_soil.h"

/* A day of weather out of each five samples, some of them far out of range. */
static uint32_t run_climate(const float *x)
{
    uint32_t words = 0, flags = 0;
    for (uint16_t day = 0; day < 100; day++, x += 5) {
        float *const out = case_out + words;
        const mk_weather weather = {x[0] * 0.1f, x[1] * 0.1f + 10.0f, x[2], 90.0f, 2.0f, x[3], 100.0f, x[4], day};
        flags |= mk_et0_penman_monteith(&weather, out);
        flags |= mk_et0_hargreaves(x[0] * 0.1f, x[1] * 0.1f + 10.0f, x[4], day, out + 1);
        flags |= mk_vapour_deficit(x[0], x[2], out + 2);
        out[3] = mk_dew_point(x[3] * 0.01f);
        out[4] = mk_degree_days(x[0], x[1], 10.0f, 30.0f);
        out[5] = mk_solar_from_sunshine(x[3], x[4], day);
        out[6] = mk_wind_at_2m(x[2], 10.0f);
        words += 7;
    }
    return with_quality(words, flags);
}

static mk_soil soil;
static const mk_soil_config soil_config = {0.32f, 0.12f, 0.5f, 0.6f};

static mk_status prepare_soil(void)
{
    return mk_soil_init(&soil, &soil_config, 10.0f);
}

static uint32_t run_soil(const float *x)
{
    uint32_t flags = 0;
    for (uint32_t day = 0; day < 100; day++) {
        flags |= mk_soil_day(&soil, x[day] * 0.05f, 0.0f, 4.0f);
        case_out[2 * day] = soil.depletion;
        case_out[2 * day + 1] = soil.stress;
    }
    return with_quality(200, flags);
}

static mk_smooth smooth;

static mk_status prepare_smooth(void)
{
    return mk_smooth_init(&smooth, 0.05f);
}

static uint32_t run_smooth(const float *x)
{
    return with_quality(CASE_LENGTH, mk_smooth_process(&smooth, x, case_out, CASE_LENGTH));
}

const bench_case environment_cases[] = {
    {"climate_100_days", 0, 0, run_climate},
    {"soil_100_days", 0, prepare_soil, run_soil},
    {"smooth_1000", 0, prepare_smooth, run_smooth},
    {0, 0, 0, 0},
};
