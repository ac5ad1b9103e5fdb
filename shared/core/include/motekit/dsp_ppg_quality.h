/* How far a window of a pulse wave can be trusted: perfusion, likeness of its beats, and motion.
 *
 *   pulse     float32[n], band-passed (0.5 to 8 Hz), any unit
 *   level     mean of the light before the band-pass, in the same unit; 0 if the sensor's driver has removed it
 *   beats     float32[count], where the beats lie, in samples from the window's first, rising (dsp_beats.h)
 *   motion    float32[m], acceleration without gravity, one number a moment (dsp_axes.h), any unit; m may be 0
 *   scratch   float32[MK_PPG_QUALITY_SCRATCH(n, count)]
 *
 *   perfusion    2 sqrt(2) deviation(pulse) / level: AC / DC of a sine; 0 and RANGE unless level is above 0
 *   correlation  mean Pearson correlation of each beat with the mean of all, each as long as the median interval, centred
 *                on its beat; 0 and EMPTY with fewer than two whole beats
 *   motion       root mean square; 0 for m = 0
 *   index        max(correlation, 0) * min(perfusion / enough, 1) * 1 / (1 + (motion / much)^2), 0 to 1; perfusion is
 *                left out if level is 0
 *
 * Source: Orphanidou et al., Signal-quality indices for the ECG and PPG, 2015 (template matching: 0.86 is good enough);
 * Elgendi, Optimal signal quality index for PPG signals, 2016 (perfusion).
 */
#ifndef MOTEKIT_DSP_PPG_QUALITY_H
#define MOTEKIT_DSP_PPG_QUALITY_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    float enough; /* perfusion, usually 0.005 */
    float much;   /* motion that halves the index, in its unit */
} mk_ppg_quality_config;

typedef struct {
    float perfusion, correlation, motion, index;
} mk_ppg_quality;

#define MK_PPG_QUALITY_SCRATCH(n, count) ((n) + (count))

mk_status mk_ppg_quality_check(const mk_ppg_quality_config *config);
mk_quality mk_ppg_quality_process(const mk_ppg_quality_config *config, const float *pulse, uint32_t n, float level,
                                  const float *beats, uint32_t count, const float *motion, uint32_t m,
                                  mk_ppg_quality *out, float *scratch);

#endif
