/* Soil-water balance of the root zone after FAO-56 chapter 8 (equation numbers are its), and exponential smoothing.
 *
 *   depths of water in mm
 *   field_capacity, wilting_point  m^3 of water a m^3 of soil, 0 to 1, the first above the second
 *   root_depth     m
 *   depletion_share  p: share of the available water that is used without stress, 0.1 to 0.9 (table 22)
 *
 * Each day: depletion += crop evapotranspiration x stress - rain - irrigation (85), kept within 0 and all available
 * water; what would lie below 0 percolates (88). stress Ks (84) is of the depletion before the day.
 */
#ifndef MOTEKIT_DSP_SOIL_H
#define MOTEKIT_DSP_SOIL_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    float field_capacity, wilting_point, root_depth, depletion_share;
} mk_soil_config;

typedef struct {
    float total, readily; /* available water (82, 83) */
    float depletion;      /* at the end of the newest day: irrigate when it passes `readily` */
    float stress;         /* Ks of the newest day, 1 for none */
    float evapotranspiration, percolation; /* of the newest day */
} mk_soil;

mk_status mk_soil_init(mk_soil *soil, const mk_soil_config *config, float depletion);

/* One day. Negative or NaN inputs count as 0 and are flagged RANGE or NONFINITE. */
mk_quality mk_soil_day(mk_soil *soil, float rain, float irrigation, float crop_evapotranspiration);

/* y += share (x - y), starting at the first sample; a NaN leaves y as it is and is flagged NONFINITE and GAP. */
typedef struct {
    float share, value;
    uint8_t started;
} mk_smooth;

mk_status mk_smooth_init(mk_smooth *smooth, float share);
mk_quality mk_smooth_process(mk_smooth *smooth, const float *in, float *out, uint32_t n);

#endif
