#include <string.h>

#include "cases.h"
#include "motekit/dsp_bearing.h"
#include "motekit/dsp_math.h"
#include "motekit/post_anomaly.h"
#include "motekit/post_trend.h"
#include "bearing_config.h"

static mk_bearing bearing;
static int16_t frames[CASE_LENGTH];

static int16_t count(float x)
{
    return (int16_t)(x >= -32767.0f && x <= 32767.0f ? (int32_t)x : MK_BEARING_MISSING);
}

static mk_status prepare_bearing(void)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i += 2u) {
        frames[i] = count(case_signal[i]);
        frames[i + 1u] = (int16_t)(1700u + i / 5u);
    }
    return mk_bearing_init(&bearing, &bearing_config, case_memory, case_memory + BEARING_MEMORY);
}

static uint32_t run_bearing(const float *x)
{
    static mk_bearing_row row;
    uint32_t words = 0;
    (void)x;
    for (uint32_t at = 0; at < CASE_LENGTH / 2u;) {
        uint8_t done;
        at += mk_bearing_push(&bearing, frames + 2u * at, CASE_LENGTH / 2u - at, &row, &done);
        if (!done)
            continue;
        memcpy(case_out + words, row.features, BEARING_WIDTH * sizeof(float));
        memcpy(case_out + words + BEARING_WIDTH, &row.seconds, 7u * sizeof(float));
        words = with_quality(words + BEARING_WIDTH + 7u, row.quality);
    }
    return words;
}

static mk_anomaly anomaly;
static const float floors[4] = {0.1f, 0.2f, 0.1f, 0.5f};

static mk_status prepare_anomaly(void)
{
    static const mk_anomaly_config config = {floors, 1.0f, 50.0f, 0.3f, 0.5f, 0.01f, 2.0f, 60, 40, 3, 4};
    const mk_status status = mk_anomaly_init(&anomaly, &config);
    return status ? status : mk_anomaly_learn(&anomaly);
}

static uint32_t run_anomaly(const float *x)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i + 4u <= CASE_LENGTH; i += 4u) {
        case_out[words++] = (float)mk_anomaly_process(&anomaly, x + i, i % 90u != 0);
        case_out[words++] = anomaly.score;
        case_out[words++] = anomaly.smoothed;
    }
    memcpy(case_out + words, &anomaly.baseline.mean, 4u * sizeof(float));
    return words + 4u;
}

static uint32_t run_trend(const float *x)
{
    mk_trend trend;
    uint32_t words = 0;
    for (uint32_t i = 0; i < MK_TREND_MOST; i++)
        case_memory[i] = (float)i * 3.0f;
    for (uint32_t at = 0; at + MK_TREND_MOST <= CASE_LENGTH; at += 300u, words += 7u) {
        if (mk_trend_process(case_memory, x + at, MK_TREND_MOST, x[at] + 500.0f, case_memory + MK_TREND_MOST, &trend))
            memset(&trend, 0, sizeof trend);
        memcpy(case_out + words, &trend, 7u * sizeof(float));
    }
    return words;
}

const bench_case shaft_cases[] = {
    {"bearing_500", (BEARING_MEMORY + BEARING_SCRATCH) * 4u, prepare_bearing, run_bearing},
    {"anomaly_4x250", 0, prepare_anomaly, run_anomaly},
    {"trend_3x40", MK_TREND_MOST * (MK_TREND_MOST - 1u) / 2u * 4u, 0, run_trend},
    {0, 0, 0, 0},
};
