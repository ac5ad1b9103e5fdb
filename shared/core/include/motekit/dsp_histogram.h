/* Share of a window's samples in each of equal bins.
 *
 *   x         float32[n], any unit
 *   out       float32[bins], count / n; the last bin includes `high`
 *   low, high range of the bins, low < high; bins at least 1
 *   returns   RANGE if a sample lay outside (it is in no bin), NONFINITE if one was, EMPTY
 *
 * Source: numpy.histogram, divided by n.
 */
#ifndef MOTEKIT_DSP_HISTOGRAM_H
#define MOTEKIT_DSP_HISTOGRAM_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    float low, high;
    uint16_t bins;
} mk_histogram;

mk_status mk_histogram_check(const mk_histogram *histogram);
mk_quality mk_histogram_process(const mk_histogram *histogram, const float *x, uint32_t n, float *out);

#endif
