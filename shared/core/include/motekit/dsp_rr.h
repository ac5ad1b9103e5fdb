/* Irregular rhythm: five features of a run of beat-to-beat intervals, from an ECG or a pulse wave.
 *
 *   rr        float32[n], intervals in seconds, MK_RR_LEAST to MK_RR_MOST of them (about half a minute)
 *   scratch   float32[n]
 *   values    float32[MK_RR_VALUES], with the median interval m and d the change from one interval to the next:
 *               quarter   sqrt(q / m), q the lower quartile of |d|: large only if most beats are irregular, so a
 *                         few ectopic beats leave it small
 *               large     share of |d| > m / 10
 *               origin    share of neighbouring changes with both |d| < 0.08 m: the centre of the Lorenz plot
 *               turning   share of changes whose sign differs from the one before
 *               mean      mean interval, seconds
 *
 * Quality: EMPTY, and zeros, below MK_RR_LEAST intervals; NONFINITE and zeros if one is not finite; RANGE and zeros
 * if the median is not above 0. Cost: about 24 n log2(n). Source: Sarkar et al., A Detector for a Chronic
 * Implantable Device to Identify Atrial Tachycardia and Fibrillation, IEEE Trans. Biomed. Eng. 55, 2008 (Lorenz
 * plot); Dash et al., Ann. Biomed. Eng. 37, 2009 (turning points); the quartile is ours.
 */
#ifndef MOTEKIT_DSP_RR_H
#define MOTEKIT_DSP_RR_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

#define MK_RR_LEAST 6
#define MK_RR_MOST 1024
#define MK_RR_VALUES 5

mk_quality mk_rr_process(const float *rr, uint32_t n, float *scratch, float *values);

#endif
