#include "cases.h"
#include "motekit/dsp_moisture.h"
#include "motekit/dsp_probe.h"
#include "motekit/dsp_root.h"
#include "motekit/dsp_rootzone.h"
#include "motekit/post_irrigation.h"

/* A whole number from low to high out of any signal. */
static int32_t within(float x, int32_t low, int32_t high)
{
    const float wide = x >= -1e6f && x <= 1e6f ? x * 37.0f : 1e7f;
    const int32_t size = high - low + 1, whole = (int32_t)wide % size;
    return low + (whole < 0 ? whole + size : whole);
}

static mk_moisture moisture;

static mk_status prepare_moisture(void)
{
    mk_moisture_init(&moisture);
    return MK_OK;
}

static uint32_t run_moisture(const float *x)
{
    uint32_t words = 0;
    for (uint32_t day = 0; day < 90u; day++, x += 11) {
        const mk_moisture_day in = {
            {(int16_t)within(x[0], 0, 6000), (int16_t)within(x[1], 0, 6000)}, (int16_t)within(x[2], 0, 900),
            (int16_t)within(x[3], 100, 400), (int16_t)within(x[4], -100, 100), (int16_t)within(x[5], 0, 1000),
            (int16_t)within(x[6], 0, 1000), (int16_t)within(x[7], 0, 1000), (int16_t)within(x[8], 0, 3500),
            (int16_t)within(x[9], 0, 4200), day % 7u ? (int16_t)within(x[10], -50, 300) : MK_MOISTURE_MISSING};
        int16_t out[MK_MOISTURE_FEATURES];
        case_out[words++] = (float)mk_moisture_process(&moisture, &in, out);
        for (uint32_t i = 0; i < MK_MOISTURE_FEATURES; i++)
            case_out[words++] = (float)out[i];
    }
    return words;
}

static mk_probe probe;
static const mk_probe_config probe_config = {3, {620, 480, 310}, {500, 2000, 4500}, 200, 13, 8, 1016, 700, 12, 1, 500, 300, 3};

static mk_status prepare_probe(void)
{
    return mk_probe_init(&probe, &probe_config);
}

static uint32_t run_probe(const float *x)
{
    for (uint32_t i = 0; i < 500u; i++) {
        int16_t found;
        const uint16_t counts = (uint16_t)(x[i] >= 0.0f && x[i] < 700.0f ? 300.0f + 0.5f * x[i] : 450.0f);
        case_out[2u * i] = mk_probe_process(&probe, counts, (int16_t)within(x[i + 500u], -100, 450), i % 3u == 0, &found);
        case_out[2u * i + 1u] = (float)found;
    }
    return 1000;
}

static mk_rootzone zone;
static const mk_rootzone_config zone_config = {{30, 40, 40, 25}, 120, {150, 900}, {40, 115, 70}, 45, 20, 100, 100, 3100, 1300, {50, 100, 400}};

static mk_status prepare_zone(void)
{
    return mk_rootzone_init(&zone, &zone_config);
}

static uint32_t run_zone(const float *x)
{
    uint32_t words = 0;
    for (uint16_t day = 0; day < 140; day++, x += 5) {
        const int16_t seen[MK_ROOTZONE_PROBES] = {(int16_t)within(x[0], 1300, 3200), -32768,
                                                  (int16_t)within(x[1], 1300, 3200)};
        mk_rootzone_begin(&zone, (uint16_t)(120 + day));
        if (day % 5u == 0)
            mk_rootzone_wet(&zone, (uint16_t)within(x[2], 0, 3000));
        mk_rootzone_see(&zone, seen, 40);
        mk_rootzone_end(&zone, mk_rootzone_et0((int16_t)within(x[3], 50, 150), (int16_t)within(x[4], 150, 350), 4000));
        case_out[words++] = (float)zone.depletion;
        case_out[words++] = (float)mk_rootzone_need(&zone);
        case_out[words++] = (float)mk_rootzone_rest(&zone);
    }
    return words;
}

static uint32_t run_root(const float *x)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++)
        case_out[i] = (float)mk_root((uint32_t)within(x[i], 0, 1 << 28) * 15u);
    return CASE_LENGTH;
}

static mk_irrigation irrigation;
static const mk_irrigation_config irrigation_config = {10, 600, 300, 120, 1800, 86400, 1500, 7200, 500, 20, 40, 1000, 85, 90, 10};

static mk_status prepare_irrigation(void)
{
    return mk_irrigation_init(&irrigation, &irrigation_config);
}

static uint32_t run_irrigation(const float *x)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++) {
        const mk_irrigation_input in = {
            (uint32_t)within(x[i], 1, 40), (uint16_t)(2500 + within(x[i], 0, 1500)), i % 50u ? 3000 : 0,
            (uint16_t)(i % 60u ? 0 : within(x[i], 0, 300)), (int16_t)(i % 40u ? 180 : within(x[i], -50, 60)), i % 40u != 0,
            (uint8_t)(i % 80u ? 0 : 3)};
        case_out[i] = (float)(mk_irrigation_process(&irrigation, &in) * 256 + irrigation.reason);
    }
    return CASE_LENGTH;
}

const bench_case field_cases[] = {
    {"moisture_90_days", sizeof moisture, prepare_moisture, run_moisture},
    {"probe_500", sizeof probe, prepare_probe, run_probe},
    {"rootzone_140_days", sizeof zone, prepare_zone, run_zone},
    {"root_1000", 0, 0, run_root},
    {"irrigation_1000", sizeof irrigation, prepare_irrigation, run_irrigation},
    {0, 0, 0, 0},
};
