/* How a window changes from sample to sample.
 *
 *   x         float32[n], any unit
 *   crossings of `level`: neighbours on different sides of it; a sample on the level counts as above.
 *             Level 0 gives zero crossings, the mean (mk_mean) mean crossings
 *   differences  mean_absolute and rms of x[i] - x[i-1]; times the rate they are a derivative: of an acceleration
 *             the jerk. 0 for fewer than 2 samples
 */
#ifndef MOTEKIT_DSP_CHANGE_H
#define MOTEKIT_DSP_CHANGE_H

#include <stdint.h>

typedef struct {
    float mean_absolute, rms;
} mk_differences;

uint32_t mk_crossings(const float *x, uint32_t n, float level);
mk_differences mk_differences_process(const float *x, uint32_t n);

#endif
