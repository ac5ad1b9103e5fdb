/* Order statistics of a window.
 *
 *   x         float32[n]; mk_sort orders it in place, NaN last
 *   q         0 to 1; 0.5 is the median; between samples on a straight line, as numpy.quantile
 *
 * Cost: about 23 n log2(n) instructions for the sort. Source: heap sort, Williams 1964; Hyndman & Fan 1996, type 7.
 */
#ifndef MOTEKIT_DSP_QUANTILE_H
#define MOTEKIT_DSP_QUANTILE_H

#include <stdint.h>

void mk_sort(float *x, uint32_t n);

/* Quantile of sorted samples, n >= 1; NaN if the largest is NaN. */
float mk_quantile(const float *sorted, uint32_t n, float q);

#endif
