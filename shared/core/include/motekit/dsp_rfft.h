/* Fast Fourier transform of real data in float32.
 *
 *   length    power of two, 16 to 4096 (other lengths: dsp_rfft_any.h)
 *   in        float32[length], any unit; must not overlap out
 *   out       float32[length]: pairs (re, im) of X[k] for 0 < k < length / 2; out[0] = X[0] and
 *             out[1] = X[length / 2], both real
 *   twiddle   float32[length / 4 * 3][2]: cos(2 pi j / length), sin(2 pi j / length)
 *   order     uint16[]: where the first stage takes its inputs: bit reversal of the first point of each of its
 *             groups, length / 8 entries where length / 2 is a power of four, else length / 4
 *
 * Error: below 1e-6 of the largest |X|. Cost: 512 points in 18,100 instructions on Cortex-M4F.
 * Source: radix-4 decimation in time; Oppenheim & Schafer, Discrete-Time Signal Processing, 3rd ed., ch. 9.
 */
#ifndef MOTEKIT_DSP_RFFT_H
#define MOTEKIT_DSP_RFFT_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    uint16_t length;
    const float *twiddle;
    const uint16_t *order;
} mk_rfft;

mk_status mk_rfft_init(mk_rfft *fft, uint16_t length, const float *twiddle, const uint16_t *order);
void mk_rfft_process(const mk_rfft *fft, const float *in, float *out);

#endif
