/* Sums in runs of 32, so that the error grows with n / 32 and not with n; one fixed order for every core. */
#ifndef MOTEKIT_DSP_SUM_H
#define MOTEKIT_DSP_SUM_H

#include <stdint.h>

float mk_sum(const float *x, uint32_t n);
float mk_dot(const float *a, const float *b, uint32_t n);

#endif
