/* Kurtogram: how impulsive a vibration is in each band of a binary tree of bands, to find the one that a bearing's
 * fault rings in.
 *
 *   x         float32[n], n >= 2^levels * taps
 *   low, high float32[taps][2]: complex filters of a band's lower and upper half (re, im), a quarter of the rate wide,
 *             centred on 1/8 and 3/8 of the rate
 *   thirds    float32[3][third_taps][2]: complex filters of a band's thirds, a sixth of the rate wide, centred on 1/12, 3/12
 *             and 5/12 of the rate; 0: the halves alone
 *   levels    1 to 8
 *   out       float32[MK_KURTOGRAM_SIZE(levels)]: band b of level k (2^k bands of rate / 2^(k+1) Hz each, from 0 Hz)
 *             at 2^k - 1 + b. Level 0 is the kurtosis of x, less 3; others mean |c|^4 / (mean |c|^2)^2 - 2 of the
 *             band's complex envelope c: 0 for Gaussian noise.
 *             With thirds MK_KURTOGRAM_THIRDS(levels) values follow: third t of band b of level k (below `levels`), the
 *             (3 b + t)-th of its 3 2^k bands of rate / (6 2^k) Hz, at 3 (2^k - 1) + 3 b + t. Together these are
 *             Antoni's levels 0, 1, 1.6, 2, 2.6, ...
 *   scratch   float32[MK_KURTOGRAM_SCRATCH(n)]
 *
 * The first `taps` values of each band (at most half of them) are left out: there the filter has not yet filled.
 * A band without power has 0. Source: Antoni, Fast computation of the kurtogram, 2007 (binary and 1/3-binary tree).
 */
#ifndef MOTEKIT_DSP_KURTOGRAM_H
#define MOTEKIT_DSP_KURTOGRAM_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_KURTOGRAM_SIZE(levels) ((2u << (levels)) - 1u)
#define MK_KURTOGRAM_SCRATCH(n) (4u * (n) + 32u)

#define MK_KURTOGRAM_THIRDS(levels) (3u * ((1u << (levels)) - 1u))

typedef struct {
    const float *low, *high;
    uint8_t taps, levels, third_taps;
    const float *thirds;
} mk_kurtogram;

mk_status mk_kurtogram_check(const mk_kurtogram *kurtogram, uint32_t n);
mk_quality mk_kurtogram_process(const mk_kurtogram *kurtogram, const float *x, uint32_t n, float *out, float *scratch);

#endif
