/* Fast Fourier transform of real data in 32-bit fixed point.
 *
 *   length    power of two, 16 to 4096
 *   data      int32[length], magnitude at most 2^30; in place
 *   input     real samples in the order `data[2 * reversed[n]] = x[2 n]`, `data[2 * reversed[n] + 1] = x[2 n + 1]`
 *             for n < length / 2, so that the caller's window loop does the reordering for nothing
 *   output    X[k] / length as pairs (re, im) for 0 < k < length / 2; data[0] = X[0] / length and
 *             data[1] = X[length / 2] / length, both real
 *   twiddle   int32[length / 4 * 3][2], Q30: cos(2 pi j / length), sin(2 pi j / length)
 *   reversed  uint16[length / 2]: bit reversal of log2(length / 2) bits
 *
 * Every product keeps its upper 32 bits; the scaling by 1 / length is spread over the stages, so nothing
 * overflows and the rounding noise is about 2^-30 of full scale whatever the level of the signal.
 * Cost: about 23,000 instructions for 512 points on Cortex-M4 (motekit bench-dsp).
 * Source: radix-4 decimation in time; Oppenheim & Schafer, Discrete-Time Signal Processing, 3rd ed., ch. 9.
 */
#ifndef MOTEKIT_DSP_RFFT_Q31_H
#define MOTEKIT_DSP_RFFT_Q31_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    uint16_t length;
    const int32_t *twiddle;
    const uint16_t *reversed;
} mk_rfft_q31;

mk_status mk_rfft_q31_init(mk_rfft_q31 *fft, uint16_t length, const int32_t *twiddle, const uint16_t *reversed);
/* Transforms `data`; returns by how many bits every value could be shifted left without overflow, 0 to 30. */
uint32_t mk_rfft_q31_process(const mk_rfft_q31 *fft, int32_t *data);

#endif
