/* Least-squares line through a window, and the window without it.
 *
 *   x, out    float32[n], any unit, at equal steps; out may be x
 *   slope     unit a sample; multiply by the rate for a second. 0 for fewer than 2 samples
 *   level     of the line at the middle of the window, which is the mean
 *
 * Source: scipy.signal.detrend(type="linear").
 */
#ifndef MOTEKIT_DSP_DETREND_H
#define MOTEKIT_DSP_DETREND_H

#include <stdint.h>

typedef struct {
    float slope, level;
} mk_line;

mk_line mk_line_fit(const float *x, uint32_t n);
void mk_detrend_process(const float *x, float *out, uint32_t n);

#endif
