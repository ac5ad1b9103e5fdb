/* Features of a window of weather (dsp_features.h): air, evapotranspiration, degree days, water in the soil.
 *
 *   Units are those of dsp_climate.h and dsp_soil.h; the conditioning brings a sensor's to them (stages "scale", "gain").
 *   For the last three a window is a day: extremes and means are over it.
 *   A channel that is MK_FEATURE_MAGNITUDE is not there.
 */
#ifndef MOTEKIT_DSP_FEATURES_WEATHER_H
#define MOTEKIT_DSP_FEATURES_WEATHER_H

#include <stdint.h>

#include "motekit/dsp_climate.h"
#include "motekit/dsp_features.h"
#include "motekit/dsp_soil.h"

/* Of the means of temperature (the feature's channel) and humidity. */
#define MK_AIR_SATURATION_PRESSURE 0
#define MK_AIR_VAPOUR_PRESSURE 1
#define MK_AIR_VAPOUR_DEFICIT 2
#define MK_AIR_DEW_POINT 3

typedef struct {
    const uint8_t *values; /* [width] */
    uint8_t humidity;
} mk_feature_air_config;

mk_quality mk_feature_air(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Reference evapotranspiration, mm: Penman-Monteith if humidity, wind and solar are there, or else Hargreaves. The day of
 * the year is the last value of channel `day`, or goes on from first_day window by window if there is none.
 * State: 1. */
typedef struct {
    float latitude, altitude;
    float wind_height; /* above ground, m */
    uint16_t first_day;
    uint8_t humidity, wind, solar, day;
} mk_feature_et0_config;

mk_quality mk_feature_et0(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Growing degree days of the window, and of all since reset. State: 1. */
typedef struct {
    float base, ceiling;
} mk_feature_degree_days_config;

mk_quality mk_feature_degree_days(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Depletion of the root zone and stress after the day: crop * et0 is taken, the sums of rain and irrigation are given.
 * State: 3. */
typedef struct {
    mk_feature_et0_config et0;
    mk_soil_config soil;
    float crop, depletion; /* crop coefficient; depletion to begin with */
    uint8_t rain, irrigation;
} mk_feature_soil_config;

mk_quality mk_feature_soil_water(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

#endif
