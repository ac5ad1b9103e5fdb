/* Energies of a window by a discrete wavelet transform: one a level, coarsest last.
 *
 *   x         float32[n], any unit, n >= 2
 *   low, high float32[taps]: decomposition filters, taps 2 to MK_WAVELET_TAPS (db2: 4, db4: 8)
 *   energies  float32[levels + 1]: sums of squares of the details of levels 1 (finest) to `levels`, then of the
 *             last approximation
 *   scratch   float32[MK_WAVELET_SCRATCH(n, levels)]
 *
 * The window is continued by its mirror image (half-sample symmetric), as pywt.wavedec(mode="symmetric").
 * Source: Mallat 1989; Daubechies, Ten Lectures on Wavelets, 1992.
 */
#ifndef MOTEKIT_DSP_WAVELET_H
#define MOTEKIT_DSP_WAVELET_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_WAVELET_TAPS 20
#define MK_WAVELET_SCRATCH(n, levels) ((n) + MK_WAVELET_TAPS * (levels))

typedef struct {
    const float *low, *high;
    uint8_t taps, levels;
} mk_wavelet;

mk_status mk_wavelet_check(const mk_wavelet *wavelet);
void mk_wavelet_energies(const mk_wavelet *wavelet, const float *x, uint32_t n, float *energies, float *scratch);

#endif
