/* Activity counts a minute from acceleration, by the ActiGraph algorithm that its maker has published.
 *
 *   in        float32[3][pitch], n samples an axis in g, at the rate that `rate` brings to 30 Hz
 *   rate      resampler to 30 Hz, or 0 if the samples are at 30 Hz
 *   band      the published band-pass, about 0.3 to 1.6 Hz, as second-order sections (motekit.dsp.counts has them)
 *   memory    float32[MK_COUNTS_MEMORY(taps, sections)], the caller's
 *   out       mk_counts_take: 1 if a minute was completed, its counts in `minute`, one an axis
 *
 * Each axis less its first sample (the filter's steady state) through the band, times 17.127404 (counts a g);
 * magnitudes below 4 are 0, above 128 are 128; whole numbers, means of three in whole numbers, sums of a minute. A
 * sample that is not finite counts as the one before it. What differs from the publication: samples are not rounded
 * to 0.001 g, the resampler is a linear-phase FIR, and the filter runs as sections in float32 (the tests compare with
 * the direct form in float64: within 1 % and 10 counts a minute).
 * Streaming: any split of the input gives the same counts. Source: A. Neishabouri et al., Quantification of
 * acceleration as activity counts in ActiGraph wearable, Scientific Reports 12, 2022.
 */
#ifndef MOTEKIT_DSP_COUNTS_H
#define MOTEKIT_DSP_COUNTS_H

#include <stdint.h>

#include "motekit/dsp_resample.h"
#include "motekit/dsp_sos.h"
#include "motekit/status.h"

#define MK_COUNTS_MOST_SECTIONS 8
#define MK_COUNTS_MEMORY(taps, sections) (3u * ((taps) + MK_SOS_STATE(sections)))

typedef struct {
    const mk_resample_config *rate;
    const float *band; /* float32[sections][5] */
    uint8_t sections;
} mk_counts_config;

typedef struct {
    mk_resample resample;
    mk_sos band;
    float first, last;
    uint32_t sum;
    uint16_t part; /* of three samples */
} mk_counts_axis;

typedef struct {
    mk_counts_config config;
    mk_counts_axis axis[3];
    uint32_t minute[3];
    uint16_t taken; /* samples of this minute, at 30 Hz */
    uint8_t started;
} mk_counts;

mk_status mk_counts_init(mk_counts *counts, const mk_counts_config *config, float *memory);
void mk_counts_reset(mk_counts *counts);

/* One sample of each axis; returns 1 when `minute` has been filled anew. */
int mk_counts_take(mk_counts *counts, float x, float y, float z);

#endif
