/* Steps a second of a walking or running wrist, from the power spectrum of its acceleration's magnitude.
 *
 *   power     float32[bins], bin k at k x bin_hz (dsp_gait.h leaves it)
 *   deviation of the magnitude, g: above `running` the cadence is sought in `run`, else in `walk` (Hz, low and high),
 *             below `least` there is none
 *   hz        at which the lines at 1/2, 1, 3/2 and 2 times it, weighed by `weight`, are the highest together: an arm
 *             swings once in two steps. Between the lines by a parabola; 0: no cadence
 *   share     of the power (from 0.3 Hz on) that lies within `reach` bins of those lines, 0 to 1; below `regular`
 *             there is no cadence
 *
 * Source: harmonic sums as of M. R. Schroeder, JASA 43, 1968; weights and ranges are ours.
 */
#ifndef MOTEKIT_DSP_CADENCE_H
#define MOTEKIT_DSP_CADENCE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_CADENCE_STEPS 64

typedef struct {
    float bin_hz;
    float least, running, regular;
    float walk[2], run[2];
    float weight[4];
    uint8_t bins, reach;
} mk_cadence_config;

typedef struct {
    float hz, share;
} mk_cadence;

mk_status mk_cadence_check(const mk_cadence_config *config);
mk_cadence mk_cadence_process(const mk_cadence_config *config, const float *power, float deviation);

#endif
