/* Fast Fourier transform of real data of length 2^a 3^b 5^c, in float32: windows of 125 or 1000 samples as they are.
 *
 *   length    2 to 15000, no prime factor above 5
 *   in        float32[length], any unit
 *   out       float32[2 * (length / 2 + 1)]: pairs (re, im) of X[k], k = 0 to length / 2
 *   twiddle   float32[length][2]: cos(2 pi j / length), sin(2 pi j / length)
 *   scratch   float32[MK_RFFT_ANY_SCRATCH(length)]; in, out and scratch must not overlap
 *
 * Error: below 1e-6 of the largest |X|. Powers of two are several times cheaper with dsp_rfft.h.
 * Source: Stockham autosort, decimation in frequency; Van Loan, Computational Frameworks for the FFT, 1992, 1.7.
 */
#ifndef MOTEKIT_DSP_RFFT_ANY_H
#define MOTEKIT_DSP_RFFT_ANY_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_RFFT_ANY_SCRATCH(length) (4u * (length))

typedef struct {
    uint16_t length;
    const float *twiddle;
} mk_rfft_any;

mk_status mk_rfft_any_init(mk_rfft_any *fft, uint16_t length, const float *twiddle);
void mk_rfft_any_process(const mk_rfft_any *fft, const float *in, float *out, float *scratch);

#endif
