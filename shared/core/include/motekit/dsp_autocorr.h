/* Autocorrelation of a window, and the lag of its first peak: the period of what repeats.
 *
 *   x         float32[n], any unit
 *   r         float32[lags]: r[k] = sum (x[i] - mean)(x[i+k] - mean) / sum (x[i] - mean)^2; r[0] = 1
 *   lags      1 to n
 *   returns   FLAT and zeros if the window is constant, NONFINITE and NaN if it holds one
 *
 * Peak: the first k after r fell below 0 where r[k] is at least `least`, above r[k-1] and not below r[k+1], placed
 * by a parabola through the three. Lag 0 means that there is none.
 * Cost: about 6 n x lags instructions. Source: Box & Jenkins, Time Series Analysis, 2.1 (biased estimate).
 */
#ifndef MOTEKIT_DSP_AUTOCORR_H
#define MOTEKIT_DSP_AUTOCORR_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

typedef struct {
    float lag, height;
} mk_autocorr_peak;

/* scratch float32[n] */
mk_quality mk_autocorr_process(const float *x, uint32_t n, float *r, uint32_t lags, float *scratch);
mk_autocorr_peak mk_autocorr_first_peak(const float *r, uint32_t lags, float least);

#endif
