#include <string.h>

#include "cases.h"
#include "motekit/dsp_axes.h"
#include "motekit/dsp_dcblock.h"
#include "motekit/dsp_detrend.h"
#include "motekit/dsp_fill.h"
#include "motekit/dsp_frame.h"
#include "motekit/dsp_median.h"
#include "motekit/dsp_normalise.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_scale.h"
#include "motekit/dsp_sos.h"
#include "tables.h"

#define LIMIT 32767.0f

static mk_sos sos;

static mk_status prepare_sos(void)
{
    return mk_sos_init(&sos, sos_coefficients, 4, case_memory);
}

static uint32_t run_sos(const float *x)
{
    mk_sos_process(&sos, x, case_out, CASE_LENGTH);
    return CASE_LENGTH;
}

static const mk_resample_config resample_config = {resample_phases, RESAMPLE_UP, RESAMPLE_DOWN, RESAMPLE_TAPS};
static mk_resample resample;

static mk_status prepare_resample(void)
{
    return mk_resample_init(&resample, &resample_config, case_memory);
}

static uint32_t run_resample(const float *x)
{
    return mk_resample_process(&resample, x, CASE_LENGTH, case_out);
}

static mk_dcblock dcblock;

static mk_status prepare_dcblock(void)
{
    return mk_dcblock_init(&dcblock, 0.9375f);
}

static uint32_t run_dcblock(const float *x)
{
    mk_dcblock_process(&dcblock, x, case_out, CASE_LENGTH);
    return CASE_LENGTH;
}

static uint32_t run_detrend(const float *x)
{
    mk_detrend_process(x, case_out, CASE_LENGTH);
    return CASE_LENGTH;
}

static mk_median median;

static mk_status prepare_median(void)
{
    return mk_median_init(&median, 5, 0.0f, case_memory);
}

static mk_status prepare_hampel(void)
{
    return mk_median_init(&median, 9, 3.0f, case_memory);
}

static uint32_t run_median(const float *x)
{
    mk_median_process(&median, x, case_out, CASE_LENGTH);
    return CASE_LENGTH;
}

static uint32_t run_fill(const float *x)
{
    memcpy(case_out, x, CASE_LENGTH * sizeof *x);
    case_out[300] = case_out[301] = case_memory[0]; /* NaN: the bench fills its memory with it */
    return with_quality(CASE_LENGTH, mk_fill_process(case_out, CASE_LENGTH, 5));
}

static const mk_scale scale = {12.5f, 0.0392266f, -32768, 32767};

static int16_t counts[CASE_LENGTH];

static mk_status prepare_scale(void)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++) {
        const float x = case_signal[i];
        counts[i] = (int16_t)(x >= -LIMIT && x <= LIMIT ? (int32_t)x : -32768);
    }
    return mk_scale_check(&scale);
}

static uint32_t run_scale(const float *x)
{
    (void)x;
    return with_quality(CASE_LENGTH, mk_scale_process(&scale, counts, case_out, CASE_LENGTH));
}

static uint32_t run_magnitude(const float *x)
{
    mk_magnitude_process(x, 333, 3, case_out);
    return 333;
}

static uint32_t run_correlation(const float *x)
{
    return with_quality(1, mk_correlation_process(x, x + 1, 333, 3, case_out));
}

static mk_gravity gravity;

static mk_status prepare_gravity(void)
{
    return mk_gravity_init(&gravity, 3, 0.03f);
}

static uint32_t run_gravity(const float *x)
{
    mk_gravity_process(&gravity, x, case_out, 333);
    return 999;
}

static mk_normalise normalise;

static mk_status prepare_normalise(void)
{
    return mk_normalise_init(&normalise, 0.01f, 0.001f);
}

static uint32_t run_normalise(const float *x)
{
    mk_normalise_process(&normalise, x, case_out, CASE_LENGTH);
    return with_quality(2 * CASE_LENGTH, mk_normalise_window(x, case_out + CASE_LENGTH, CASE_LENGTH, 0.001f));
}

static const mk_frame_config frame_config = {250, 125, 1, -32768.0f, 32767.0f};
static mk_frame frame;

static mk_status prepare_frame(void)
{
    return mk_frame_init(&frame, &frame_config, case_memory);
}

static uint32_t run_frame(const float *x)
{
    uint32_t count = CASE_LENGTH, words = 0;
    mk_quality quality;
    while (mk_frame_next(&frame, &x, &count, &quality)) {
        case_out[words] = frame.memory[0];
        words = with_quality(words + 1u, quality);
    }
    return words;
}

const bench_case conditioning_cases[] = {
    {"sos_4x1000", MK_SOS_STATE(4) * 4, prepare_sos, run_sos},
    {"resample_125_to_50", RESAMPLE_TAPS * 4, prepare_resample, run_resample},
    {"dcblock_1000", 0, prepare_dcblock, run_dcblock},
    {"detrend_1000", 0, 0, run_detrend},
    {"median5_1000", MK_MEDIAN_MEMORY(5) * 4, prepare_median, run_median},
    {"hampel9_1000", MK_MEDIAN_MEMORY(9) * 4, prepare_hampel, run_median},
    {"fill_1000", 0, 0, run_fill},
    {"scale_1000", 0, prepare_scale, run_scale},
    {"magnitude_3x333", 0, 0, run_magnitude},
    {"correlation_333", 0, 0, run_correlation},
    {"gravity_3x333", 0, prepare_gravity, run_gravity},
    {"normalise_2x1000", 0, prepare_normalise, run_normalise},
    {"frame_250_125", 250 * 4, prepare_frame, run_frame},
    {0, 0, 0, 0},
};
