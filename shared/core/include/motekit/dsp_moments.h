/* Moments and shape of a window of samples.
 *
 *   x         float32[n], any unit
 *   n         at least 1 (0 gives zeros and EMPTY)
 *
 * variance is the population's (divided by n), skewness m3 / m2^1.5, kurtosis m4 / m2^2 - 3, crest factor
 * peak / rms, shape factor rms / mean |x|, with peak the largest |x|. A constant window has skewness, kurtosis 0
 * (FLAT); all zeros have crest and shape factor 0. A NaN makes all values NaN (NONFINITE).
 * Sums run over deviations from the first sample in runs of 32, so an offset or a long window costs no digits.
 * Cost: about 30 instructions a sample on Cortex-M4F. Source: scipy.stats; ISO 13373-2 (crest factor).
 */
#ifndef MOTEKIT_DSP_MOMENTS_H
#define MOTEKIT_DSP_MOMENTS_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

typedef struct {
    float mean, variance, rms, skewness, kurtosis;
    float minimum, maximum, peak_to_peak, peak;
    float mean_absolute, crest_factor, shape_factor;
} mk_moments;

/* Every value of `out`. */
mk_quality mk_moments_process(const float *x, uint32_t n, mk_moments *out);

float mk_mean(const float *x, uint32_t n);

#endif
