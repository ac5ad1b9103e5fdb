#include "motekit/dsp_logmel.h"

#include <string.h>

#include "motekit/dsp_fixed.h"
#include "motekit/dsp_log.h"

#define WINDOW_BITS 14
#define WEIGHT_BITS 15
#define LN2_Q31 1488522236 /* ln(2) * 2^31 */

static int bands_fit(const mk_logmel_config *config)
{
    for (uint32_t b = 0; b < config->bands; b++)
        /* the last bin is packed beside the first and stays out of every band */
        if (config->band_length[b] && (uint32_t)config->band_start[b] + config->band_length[b] > config->fft.length / 2u)
            return 0;
    return 1;
}

mk_status mk_logmel_init(mk_logmel *logmel, const mk_logmel_config *config, int16_t *history, int32_t *scratch)
{
    mk_rfft_q31 fft;
    if (!logmel || !config || !history || !scratch || !config->window || !config->band_start ||
        !config->band_length || !config->weights)
        return MK_ERR_ARG;
    if (mk_rfft_q31_init(&fft, config->fft.length, config->fft.twiddle, config->fft.reversed) != MK_OK)
        return MK_ERR_ARG;
    if (config->frame_length < 2 || config->frame_length % 2 || config->frame_length > config->fft.length ||
        config->hop == 0 || config->hop > config->frame_length || config->bands == 0 ||
        config->bands > MK_LOGMEL_MAX_BANDS || config->preemphasis < 0 || !bands_fit(config))
        return MK_ERR_ARG;
    logmel->config = config;
    logmel->history = history;
    logmel->scratch = scratch;
    /* energies are formed from X * 2^WINDOW_BITS / fft_length, squared and divided by 2^32, with Q15 weights */
    int32_t log2_length = 0;
    while ((1u << log2_length) < config->fft.length)
        log2_length++;
    logmel->log2_offset = (32 - WEIGHT_BITS - 2 * (WINDOW_BITS - log2_length)) * 65536;
    mk_logmel_reset(logmel);
    return MK_OK;
}

void mk_logmel_reset(mk_logmel *logmel)
{
    logmel->history[0] = 0; /* the sample before the first, for pre-emphasis */
    logmel->filled = 0;
}

/* Shift that brings the frame's largest sample to 15 bits, so that faint audio is as exact as loud. */
static uint32_t headroom(const int16_t *x, uint32_t n)
{
    int32_t magnitude = 1;
    const int16_t *const end = x + n;
    for (; end - x >= 4; x += 4)
        magnitude |= (x[0] ^ (x[0] >> 15)) | (x[1] ^ (x[1] >> 15)) | (x[2] ^ (x[2] >> 15)) | (x[3] ^ (x[3] >> 15));
    for (; x < end; x++)
        magnitude |= *x ^ (*x >> 15);
    return mk_leading_zeros((uint32_t)magnitude) - 17u;
}

/* Window the frame into the FFT's reordered input; returns the shift it was scaled up by. */
static uint32_t window_frame(const mk_logmel *logmel)
{
    const mk_logmel_config *const config = logmel->config;
    const int16_t *x = logmel->history + 1, *w = config->window;
    const uint16_t *reversed = config->fft.reversed;
    const uint16_t *const last = reversed + config->frame_length / 2u, *const end = reversed + config->fft.length / 2u;
    int32_t *const data = logmel->scratch;
    const int32_t p = config->preemphasis;
    const uint32_t shift = headroom(logmel->history, config->frame_length + 1u);
    if (p == 0) {
        for (; reversed < last; reversed++, x += 2, w += 2) {
            int32_t *const pair = data + 2u * *reversed;
            const mk_pair samples = mk_load_pair(x), weights = mk_load_pair(w);
            pair[0] = mk_shift_left(mk_mul_lower(samples, weights), shift);
            pair[1] = mk_shift_left(mk_mul_upper(samples, weights), shift);
        }
    } else {
        const int32_t gain = (int32_t)(1u << shift);
        for (; reversed < last; reversed++, x += 2, w += 2) {
            int32_t *const pair = data + 2u * *reversed;
            const int32_t x0 = x[0] * gain, x1 = x[1] * gain;
            /* the difference needs 17 bits: with a Q14 window it still fits */
            pair[0] = (x0 - ((p * (x[-1] * gain) + (1 << 14)) >> 15)) * w[0];
            pair[1] = (x1 - ((p * x0 + (1 << 14)) >> 15)) * w[1];
        }
    }
    for (; reversed < end; reversed++) {
        int32_t *const pair = data + 2u * *reversed;
        pair[0] = 0;
        pair[1] = 0;
    }
    return shift;
}

/* Spectrum to 32-bit powers, packed into the front of the same buffer, after a shift to full scale. */
static void power_spectrum(int32_t *data, uint32_t bins, uint32_t shift)
{
    uint32_t *power = (uint32_t *)data;
    data[1] = 0;
    for (const int32_t *x = data; x < data + 2u * bins; x += 2) {
        const int32_t re = mk_shift_left(x[0], shift), im = mk_shift_left(x[1], shift);
        *power++ = (uint32_t)(((uint64_t)((int64_t)re * re + (int64_t)im * im) + 0x80000000u) >> 32);
    }
}

static void transform_frame(const mk_logmel *logmel, int16_t *row)
{
    const mk_logmel_config *const config = logmel->config;
    int32_t *const data = logmel->scratch;
    const uint32_t gain = window_frame(logmel);
    const uint32_t headroom_left = mk_rfft_q31_process(&config->fft, data);
    power_spectrum(data, config->fft.length / 2u, headroom_left);
    const int32_t offset = logmel->log2_offset - (int32_t)((gain + headroom_left) << 17);
    const uint16_t *weight = config->weights;
    for (uint32_t b = 0; b < config->bands; b++) {
        const uint32_t *power = (const uint32_t *)data + config->band_start[b];
        const uint16_t *const end = weight + config->band_length[b];
        uint64_t energy = 0;
        for (; weight < end; weight++, power++)
            energy += (uint64_t)*weight * *power;
        int32_t ln = MK_LOGMEL_FLOOR;
        if (energy)
            /* Q16 base 2 to Q9 base e: one factor ln 2, seven bits less */
            ln = (mk_mul_high((mk_log2_q16(energy) + offset) * 4, LN2_Q31) + (1 << 7)) >> 8;
        row[b] = mk_saturate_int16(ln < MK_LOGMEL_FLOOR ? MK_LOGMEL_FLOOR : ln);
    }
}

int mk_logmel_next(mk_logmel *logmel, const int16_t **samples, uint32_t *count, int16_t *row)
{
    const mk_logmel_config *const config = logmel->config;
    const uint32_t frame = config->frame_length, missing = frame - logmel->filled;
    const uint32_t take = *count < missing ? *count : missing;
    int16_t *const history = logmel->history;
    memcpy(history + 1 + logmel->filled, *samples, take * sizeof *history);
    logmel->filled = (uint16_t)(logmel->filled + take);
    *samples += take;
    *count -= take;
    if (logmel->filled < frame)
        return 0;
    transform_frame(logmel, row);
    const uint32_t keep = frame - config->hop;
    memmove(history, history + config->hop, (keep + 1u) * sizeof *history);
    logmel->filled = (uint16_t)keep;
    return 1;
}

uint32_t mk_logmel_rows(mk_logmel *logmel, const int16_t *samples, uint32_t count, int16_t *rows)
{
    uint32_t n = 0;
    while (mk_logmel_next(logmel, &samples, &count, rows + n * logmel->config->bands))
        n++;
    return n;
}
