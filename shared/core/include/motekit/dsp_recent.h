/* What a wrist does now: the second half of a window of four seconds, for decisions that follow a change sooner.
 *
 *   xyz       float32[3][MK_RECENT_LENGTH], g, gravity included, x along the forearm; 20 samples a second
 *   values    float32[MK_RECENT_VALUES], of the last half: mean of x (its sign such that the whole window's mean is
 *             positive), norm of the means of y and z, mean magnitude; deviation and change of x, of the magnitude,
 *             of the norm of y and z, of the plane of y and z; the cosine between both halves' mean accelerations
 *   scratch   float32[MK_RECENT_SCRATCH]
 *   returns   NONFINITE, with all values 0, if a sample is not finite
 *
 * A change is the mean step from sample to sample. Deviations and changes d are given as ln(d + 0.001). Turning the
 * watch about x, or wearing it on the other wrist, leaves every value as it is, but for rounding (dsp_gait.h).
 * Cost: about 5,000 instructions on Cortex-M4F. The choice is ours.
 */
#ifndef MOTEKIT_DSP_RECENT_H
#define MOTEKIT_DSP_RECENT_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

#define MK_RECENT_LENGTH 80
#define MK_RECENT_VALUES 12
#define MK_RECENT_SCRATCH 80

mk_quality mk_recent_process(const float *xyz, float *values, float *scratch);

#endif
