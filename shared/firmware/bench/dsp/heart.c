#include <string.h>

#include "cases.h"
#include "motekit/dsp_beats.h"
#include "motekit/dsp_cancel.h"
#include "motekit/dsp_hrv.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_rr.h"
#include "motekit/post_heart_rate.h"

#define INTERVALS 60u
#define LENGTH 200u
#define TERMS 15u
#define TARGETS 2u
#define MEMORIES 3u
#define STATES 191u

static mk_beats beats;
static mk_cancel cancel;
static mk_heart_rate rate;
static float weights[LENGTH];

static mk_status prepare_beats(void)
{
    const mk_beats_config config = {125, 13, 31, 0};
    return mk_beats_init(&beats, &config, case_memory);
}

static uint32_t run_beats(const float *x)
{
    static mk_beat found[MK_BEATS_MOST(CASE_LENGTH, 31u)];
    mk_quality quality;
    const uint32_t count = mk_beats_process(&beats, x, CASE_LENGTH, found, &quality);
    memcpy(case_out, found, count * sizeof *found);
    return with_quality((uint32_t)(count * sizeof *found / 4u), quality);
}

/* Intervals of 0.6 to 1 s out of any signal. */
static void intervals(const float *x, float *rr)
{
    for (uint32_t i = 0; i < INTERVALS; i++)
        rr[i] = 0.8f + 0.2f * mk_div(x[i], 1.0f + mk_abs(x[i]));
}

static uint32_t run_hrv(const float *x)
{
    uint8_t valid[INTERVALS];
    mk_hrv hrv;
    intervals(x, case_memory);
    mk_rr_valid(case_memory, INTERVALS, valid);
    const mk_quality quality = mk_hrv_process(case_memory, valid, INTERVALS, &hrv);
    memcpy(case_out, &hrv, sizeof hrv);
    return with_quality(sizeof hrv / 4u, quality);
}

static uint32_t run_rr(const float *x)
{
    intervals(x, case_memory);
    return with_quality(MK_RR_VALUES, mk_rr_process(case_memory, INTERVALS, case_memory + INTERVALS, case_out));
}

static mk_status prepare_cancel(void)
{
    for (uint32_t i = 0; i < LENGTH; i++)
        weights[i] = mk_div((float)(i < LENGTH / 2u ? i + 1u : LENGTH - i), LENGTH / 2.0f);
    const mk_cancel_config config = {LENGTH, 3, 5, 2, TARGETS, MEMORIES, 0, 0.01f, {0.0f, 0.5f, 0.85f, 0.0f}, weights};
    return mk_cancel_init(&cancel, &config, case_memory);
}

static uint32_t run_cancel(const float *x)
{
    const mk_quality quality =
        mk_cancel_process(&cancel, x, x + CASE_LENGTH - TARGETS * LENGTH, case_out,
                          case_memory + MK_CANCEL_STATE(TERMS, TARGETS, MEMORIES));
    return with_quality(MEMORIES * TARGETS * LENGTH, quality);
}

static mk_status prepare_rate(void)
{
    const mk_heart_rate_config config = {STATES, 30.0f, 1.0f, 2.5f, 1e-5f, 0.5f, 5.0f, 0.5f};
    return mk_heart_rate_init(&rate, &config, case_memory);
}

static uint32_t run_rate(const float *x)
{
    const mk_heart_rate_reading reading = mk_heart_rate_process(&rate, x, case_memory + STATES);
    memcpy(case_out, rate.belief, STATES * sizeof(float));
    case_out[STATES] = reading.bpm;
    case_out[STATES + 1u] = reading.confidence;
    case_out[STATES + 2u] = (float)reading.valid;
    return STATES + 3u;
}

const bench_case heart_cases[] = {
    {"beats_1000", MK_BEATS_RING(13u) * 4u, prepare_beats, run_beats},
    {"hrv_60", INTERVALS, 0, run_hrv},
    {"rr_60", INTERVALS * 4u, 0, run_rr},
    {"cancel_3x5x200", 4u * (MK_CANCEL_STATE(TERMS, TARGETS, MEMORIES) + MK_CANCEL_SCRATCH(LENGTH, TERMS, TARGETS)),
     prepare_cancel, run_cancel},
    {"heart_rate_191", (STATES + MK_HEART_RATE_SCRATCH(STATES)) * 4u, prepare_rate, run_rate},
    {0, 0, 0, 0},
};
