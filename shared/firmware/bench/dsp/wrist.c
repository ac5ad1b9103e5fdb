#include <string.h>

#include "cases.h"
#include "motekit/dsp_channel.h"
#include "motekit/dsp_counts.h"
#include "motekit/dsp_gait.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_peaks.h"
#include "tables.h"

#define LIMIT 32767.0f

static mk_peaks peaks;
static mk_channel channel;
static mk_counts counts;
static int16_t frames[CASE_LENGTH];

static mk_status prepare_peaks(void)
{
    const mk_peaks_config config = {peaks_smoother, 125, 25, 500, PEAKS_TAPS, 0};
    return mk_peaks_init(&peaks, &config, case_memory);
}

static uint32_t put(uint32_t words, const mk_peak *peak)
{
    case_out[words] = (float)peak->sample;
    case_out[words + 1u] = peak->fraction;
    case_out[words + 2u] = peak->amplitude;
    case_out[words + 3u] = peak->share;
    return words + 4u;
}

static uint32_t run_peaks(const float *x)
{
    uint32_t words = 0;
    mk_peak peak;
    for (uint32_t at = 0; at < CASE_LENGTH; at += 250u) {
        mk_peaks_process(&peaks, x + at, 250);
        while (mk_peaks_settled(&peaks, &peak))
            words = put(words, &peak);
    }
    for (uint32_t i = 0; mk_peaks_open(&peaks, i, &peak); i++)
        words = put(words, &peak);
    return words;
}

static mk_status prepare_channel(void)
{
    const mk_channel_config config = {0.01f, -32767, 32767, 50};
    for (uint32_t i = 0; i < CASE_LENGTH; i++) {
        const float x = case_signal[i];
        frames[i] = (int16_t)(x >= -LIMIT && x <= LIMIT ? (int32_t)x : MK_CHANNEL_MISSING);
    }
    return mk_channel_init(&channel, &config);
}

static uint32_t run_channel(const float *x)
{
    (void)x;
    mk_channel_process(&channel, frames, 3, 333, case_out);
    return with_quality(333, mk_channel_quality(&channel));
}

static const mk_resample_config to_30 = {counts_phases, COUNTS_UP, COUNTS_DOWN, COUNTS_TAPS};

static mk_status prepare_counts(void)
{
    const mk_counts_config config = {&to_30, counts_band, COUNTS_SECTIONS};
    return mk_counts_init(&counts, &config, case_memory);
}

/* Four times the signal's 333 moments: at 20 a second a minute and more. */
static uint32_t run_counts(const float *x)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i < 1332u; i++) {
        const float *const at = x + 3u * (i % 333u);
        if (!mk_counts_take(&counts, at[0], at[1], at[2]))
            continue;
        for (uint32_t axis = 0; axis < 3u; axis++)
            case_out[words++] = (float)counts.minute[axis];
    }
    for (uint32_t axis = 0; axis < 3u; axis++)
        case_out[words++] = (float)counts.axis[axis].sum;
    return words;
}

static const mk_gait_config gait = {{128, fft128_twiddle, fft128_order}, gait_window, gait_edge};

static mk_status prepare_gait(void)
{
    return mk_gait_check(&gait);
}

static uint32_t run_gait(const float *x)
{
    return with_quality(MK_GAIT_VALUES, mk_gait_process(&gait, x, case_out, case_memory));
}

const bench_case wrist_cases[] = {
    {"peaks_1000", MK_PEAKS_RING(PEAKS_TAPS, 25) * 4, prepare_peaks, run_peaks},
    {"channel_333", 0, prepare_channel, run_channel},
    {"counts_3x1332", MK_COUNTS_MEMORY(COUNTS_TAPS, COUNTS_SECTIONS) * 4, prepare_counts, run_counts},
    {"gait_3x80", MK_GAIT_SCRATCH * 4, prepare_gait, run_gait},
    {0, 0, 0, 0},
};
