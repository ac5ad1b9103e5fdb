#include <string.h>

#include "cases.h"
#include "motekit/dsp_dct.h"
#include "motekit/dsp_delta.h"
#include "motekit/dsp_log.h"
#include "motekit/dsp_logmel.h"
#include "motekit/dsp_pcan.h"
#include "motekit/dsp_quantize.h"
#include "motekit/dsp_rfft_q31.h"
#include "tables.h"

#define BANDS 40u
#define COEFFICIENTS 13u
#define SECOND 16000u
#define ROWS 49u

static int16_t audio[SECOND], history[481], rows[(ROWS + 2u) * BANDS];
static int32_t scratch[512];

static const mk_logmel_config logmel_config = {
    480, 320, BANDS, 0, {512, q31_twiddle, q31_reversed}, mel_window, mel_band_start, mel_band_length, mel_weights};
static mk_logmel logmel;
static mk_dct dct;

/* A second of audio out of the signal, whatever it holds; before the count begins. */
static void listen(void)
{
    uint32_t noise = 1;
    for (uint32_t i = 0; i < SECOND; i++) {
        const float value = case_signal[i % CASE_LENGTH] * 16.0f;
        noise = noise * 1664525u + 1013904223u;
        audio[i] = (int16_t)(value > -30000.0f && value < 30000.0f ? (int32_t)value + (int32_t)(noise >> 26) : -32768);
    }
}

static uint32_t copy_rows(const int16_t *values, uint32_t count)
{
    memcpy(case_out, values, count * sizeof *values);
    return count / 2u;
}

static mk_status prepare_logmel(void)
{
    listen();
    if (mk_dct_init(&dct, BANDS, COEFFICIENTS, mfcc_matrix) != MK_OK)
        return MK_ERR_ARG;
    return mk_logmel_init(&logmel, &logmel_config, history, scratch);
}

static mk_status prepare_fft(void)
{
    for (uint32_t i = 0; i < 512; i++)
        scratch[i] = (int32_t)((i * 7919u) % 4001u - 2000u) * 65536;
    return MK_OK;
}

static uint32_t run_fft(const float *x)
{
    const mk_rfft_q31 fft = {512, q31_twiddle, q31_reversed};
    scratch[0] = x[0] > 0.0f ? 1 << 20 : 0;
    case_out[512] = (float)mk_rfft_q31_process(&fft, scratch);
    memcpy(case_out, scratch, sizeof scratch);
    return 513;
}

static uint32_t run_logmel(const float *x)
{
    (void)x;
    return copy_rows(rows, mk_logmel_rows(&logmel, audio, SECOND, rows) * BANDS);
}

static uint32_t run_mfcc(const float *x)
{
    static int16_t cepstrum[ROWS * COEFFICIENTS + 1u];
    (void)x;
    const uint32_t count = mk_logmel_rows(&logmel, audio, SECOND, rows);
    for (uint32_t r = 0; r < count; r++)
        mk_dct_process(&dct, rows + r * BANDS, cepstrum + r * COEFFICIENTS);
    return copy_rows(cepstrum, count * COEFFICIENTS);
}

static const mk_pcan_config pcan_config = {BANDS, 26214, 2560, PCAN_RISE, PCAN_FALL};
static const mk_vad_config vad_config = {768, 358, 2, 15};
static mk_pcan pcan;
static mk_vad vad;
static int32_t noise_floor[BANDS];

static mk_status prepare_pcan(void)
{
    if (prepare_logmel() != MK_OK || mk_vad_init(&vad, &vad_config) != MK_OK)
        return MK_ERR_ARG;
    return mk_pcan_init(&pcan, &pcan_config, noise_floor);
}

static uint32_t run_pcan(const float *x)
{
    (void)x;
    uint32_t active = 0;
    const uint32_t count = mk_logmel_rows(&logmel, audio, SECOND, rows);
    for (uint32_t r = 0; r < count; r++) {
        mk_pcan_process(&pcan, rows + r * BANDS, rows + r * BANDS);
        active += (uint32_t)mk_vad_process(&vad, pcan.level);
    }
    return with_quality(copy_rows(rows, count * BANDS), active);
}

static mk_delta delta;
static int16_t delta_ring[5 * COEFFICIENTS];

static mk_status prepare_delta(void)
{
    listen();
    return mk_delta_init(&delta, COEFFICIENTS, 2, delta_ring);
}

static uint32_t run_delta(const float *x)
{
    static int16_t slopes[(ROWS + 1u) * COEFFICIENTS];
    uint32_t count = 0;
    (void)x;
    for (uint32_t r = 0; r < ROWS; r++)
        count += (uint32_t)mk_delta_next(&delta, audio + r * COEFFICIENTS, slopes + count * COEFFICIENTS);
    while (count < ROWS && mk_delta_end(&delta, slopes + count * COEFFICIENTS))
        count++;
    return copy_rows(slopes, count * COEFFICIENTS);
}

static const mk_quantizer quantizer = {20000, -4000000, 16};

static mk_status prepare_quantizer(void)
{
    listen();
    return mk_quantizer_check(&quantizer);
}

static uint32_t run_quantizer(const float *x)
{
    (void)x;
    mk_quantizer_process(&quantizer, audio, (int8_t *)case_out, CASE_LENGTH);
    case_out[CASE_LENGTH / 4u] = (float)mk_log2_q16((uint64_t)(uint16_t)audio[5] << 20);
    return CASE_LENGTH / 4u + 1u;
}

const bench_case audio_cases[] = {
    {"rfft_q31_512", 512 * 4, prepare_fft, run_fft},
    {"logmel_1s", 481 * 2 + 512 * 4, prepare_logmel, run_logmel},
    {"mfcc_1s", 481 * 2 + 512 * 4, prepare_logmel, run_mfcc},
    {"logmel_pcan_vad_1s", 481 * 2 + 512 * 4 + BANDS * 4, prepare_pcan, run_pcan},
    {"delta_49x13", 5 * COEFFICIENTS * 2, prepare_delta, run_delta},
    {"quantizer_1000", 0, prepare_quantizer, run_quantizer},
    {0, 0, 0, 0},
};
