/* Log-mel energies of audio, frame by frame, in fixed point.
 *
 *   samples   int16, mono, any level
 *   row       int16[bands], Q9: natural logarithm of the mel energy. Energy is the sum over FFT bins of
 *             (mel weight) x |X|^2, X the FFT of the windowed samples in units of one sample step.
 *             At least MK_LOGMEL_FLOOR (energy e^-16), which digital silence gives. 16-bit audio's own rounding
 *             noise lies near ln 15 = 2.7: a network loses nothing by taking all below 0 as 0.
 *   window    int16[frame_length], Q14
 *   preemphasis  Q15, 0 to 32767: y[n] = x[n] - p x[n-1]; 0 is off. The sample before the first is 0.
 *   bands     1 to MK_LOGMEL_MAX_BANDS; band b sums the bins band_start[b] to band_start[b] + band_length[b] - 1
 *             with its own run of `weights` (uint16, Q15, 0 to 32768), runs laid one after another
 *
 * Streaming: any split of the samples into calls gives the same rows. Row r covers the samples
 * r * hop to r * hop + frame_length - 1.
 * Memory: history int16[frame_length + 1], scratch int32[fft.length]; scratch may be shared between calls.
 * Accuracy: against librosa in float64, floored 60 dB below the frame's peak, RMS error under 0.02 (tests).
 * Source: librosa 0.11 melspectrogram with center=False, power=2; Davis & Mermelstein 1980.
 */
#ifndef MOTEKIT_DSP_LOGMEL_H
#define MOTEKIT_DSP_LOGMEL_H

#include <stdint.h>

#include "motekit/dsp_rfft_q31.h"
#include "motekit/status.h"

#define MK_LOGMEL_MAX_BANDS 128
#define MK_LOGMEL_FLOOR (-8192)

typedef struct {
    uint16_t frame_length; /* at most fft.length */
    uint16_t hop;          /* at most frame_length */
    uint16_t bands;
    int16_t preemphasis;
    mk_rfft_q31 fft;
    const int16_t *window;
    const uint16_t *band_start;
    const uint16_t *band_length;
    const uint16_t *weights;
} mk_logmel_config;

typedef struct {
    const mk_logmel_config *config;
    int16_t *history;
    int32_t *scratch;
    int32_t log2_offset;
    uint16_t filled;
} mk_logmel;

mk_status mk_logmel_init(mk_logmel *logmel, const mk_logmel_config *config, int16_t *history, int32_t *scratch);

/* Forget all samples, as after init. */
void mk_logmel_reset(mk_logmel *logmel);

/* Take samples until a row is complete or none are left; *samples and *count move on.
 * Returns 1 when `row` was written, 0 when more samples are needed. Call again while it returns 1. */
int mk_logmel_next(mk_logmel *logmel, const int16_t **samples, uint32_t *count, int16_t *row);

/* All rows that `count` samples complete, at most count / hop + 1; returns how many. */
uint32_t mk_logmel_rows(mk_logmel *logmel, const int16_t *samples, uint32_t count, int16_t *rows);

#endif
