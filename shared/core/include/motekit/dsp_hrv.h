/* Heart-rate variability of a run of beat-to-beat intervals.
 *
 *   rr        float32[n], intervals in seconds, in the order they came
 *   valid     uint8[n], 1 for an interval that counts, as mk_rr_valid marks them: from MK_RR_SHORTEST to
 *             MK_RR_LONGEST seconds and within a fifth of the median of such intervals among the five around it.
 *             A missed, an extra or an ectopic beat marks its own intervals and leaves its neighbours
 *   mean_rr, sdnn    mean and deviation (n - 1) of the valid intervals, seconds
 *   rmssd, pnn50, sd1, sd2   over the pairs of neighbours that are both valid: root mean square of the change,
 *             seconds; share of changes above 50 ms, 0 to 1; deviations (n - 1) across and along the line of
 *             identity of the Poincare plot, seconds
 *   intervals, pairs   how many counted
 *
 * Quality: EMPTY, and zeros, where fewer than 2 intervals (3 pairs for what is over pairs: then those are 0) count;
 * GAP where an interval did not count. Cost: about 60 n. Source: Task Force of the ESC and NASPE, Heart rate
 * variability, Circulation 93, 1996; Brennan et al., IEEE Trans. Biomed. Eng. 48, 2001 (SD1, SD2); the filter of
 * a fifth after Malik et al., Eur. Heart J. 10, 1989, against a local median in place of the last interval.
 */
#ifndef MOTEKIT_DSP_HRV_H
#define MOTEKIT_DSP_HRV_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

#define MK_RR_SHORTEST 0.3f
#define MK_RR_LONGEST 2.0f

typedef struct {
    uint32_t intervals, pairs;
    float mean_rr, sdnn, rmssd, pnn50, sd1, sd2;
} mk_hrv;

/* Marks each interval; returns how many are valid. */
uint32_t mk_rr_valid(const float *rr, uint32_t n, uint8_t *valid);

mk_quality mk_hrv_process(const float *rr, const uint8_t *valid, uint32_t n, mk_hrv *out);

#endif
