/* Sensor counts to a unit: out = (in - offset) * gain, per board and channel, with saturation noticed.
 *
 *   in        int16[n], the converter's counts
 *   out       float32[n], in the unit of gain
 *   low, high counts at or beyond which the sensor is at the end of its range, low < high
 *   returns   SATURATED, EMPTY or 0
 */
#ifndef MOTEKIT_DSP_SCALE_H
#define MOTEKIT_DSP_SCALE_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    float offset, gain;
    int16_t low, high;
} mk_scale;

mk_status mk_scale_check(const mk_scale *scale);
mk_quality mk_scale_process(const mk_scale *scale, const int16_t *in, float *out, uint32_t n);

#endif
