/* Trend of an indicator and the time until it reaches a threshold: a line that single outliers cannot turn.
 *
 *   t, y      float32[n], n up to MK_TREND_MOST; t rises, any unit
 *   slope     median of the slopes of all pairs (Theil-Sen), low and high its 90 % interval by Kendall's statistic
 *   level     of the line at the last t: median of y + slope (last t - t)
 *   time_to   from the last t to the threshold, and its interval by the interval of the slope: infinity where the
 *             slope leads away from it; 0 where the level has passed it
 *   scratch   float32[n (n - 1) / 2]
 *
 * The interval takes the points as independent; give means of stretches longer than the indicator's memory.
 * Source: Theil 1950; Sen 1968, Estimates of the regression coefficient based on Kendall's tau.
 */
#ifndef MOTEKIT_POST_TREND_H
#define MOTEKIT_POST_TREND_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_TREND_MOST 40
#define MK_TREND_LEAST 6

typedef struct {
    float slope, slope_low, slope_high;
    float level;
    float time_to, time_soonest, time_latest;
    uint8_t rises; /* the whole interval lies above 0 */
} mk_trend;

/* MK_ERR_SIZE with fewer than MK_TREND_LEAST points, or more than MK_TREND_MOST. */
mk_status mk_trend_process(const float *t, const float *y, uint32_t n, float threshold, float *scratch, mk_trend *out);

#endif
