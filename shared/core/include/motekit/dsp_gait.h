/* What a wrist does, from four seconds of its acceleration: values that neither wrist nor turn about the arm changes.
 *
 *   xyz       float32[3][MK_GAIT_LENGTH], g, gravity included, x along the forearm; 20 samples a second
 *   values    float32[MK_GAIT_VALUES]: 12 of posture and axes, 6 of each of the tracks along, magnitude and radial,
 *             then 11 bands, entropy, frequency and share of the highest line of the spectra of x, of y and z together,
 *             of magnitude and of radial (motekit.dsp.gait names them all)
 *   tracks    along: x, its sign such that its mean is positive; magnitude: norm of all axes; radial: norm of y and z
 *   scratch   float32[MK_GAIT_SCRATCH]; the magnitude's power spectrum, float32[MK_GAIT_BINS], is left at its start
 *   returns   NONFINITE, with all values 0, if a sample is not finite
 *
 * Turning the watch about x, or wearing it on the other wrist (x upside down), leaves every value as it is, but for
 * rounding. Deviations d are given as ln(d + 0.001), powers as ln(p + 0.001).
 * Cost: about 110,000 instructions on Cortex-M4F, most of it four transforms and 300 logarithms.
 * Source: magnitudes and spectra of walking as in A. Mannini, A. M. Sabatini, Sensors 10, 2010; the invariances and
 * the choice are ours.
 */
#ifndef MOTEKIT_DSP_GAIT_H
#define MOTEKIT_DSP_GAIT_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/dsp_rfft.h"
#include "motekit/status.h"

#define MK_GAIT_LENGTH 80
#define MK_GAIT_FFT 128
#define MK_GAIT_BINS 65
#define MK_GAIT_BANDS 11
#define MK_GAIT_VALUES 86
/* power spectra of two, the transform's input and output, three axes and a track */
#define MK_GAIT_SCRATCH 706

typedef struct {
    mk_rfft fft;
    const float *window;  /* float32[MK_GAIT_LENGTH] */
    const uint16_t *edge; /* bins, uint16[MK_GAIT_BANDS + 1], rising, up to MK_GAIT_BINS */
} mk_gait_config;

mk_status mk_gait_check(const mk_gait_config *config);
mk_quality mk_gait_process(const mk_gait_config *config, const float *xyz, float *values, float *scratch);

#endif
