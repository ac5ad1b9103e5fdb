/* Air and evapotranspiration after FAO Irrigation and Drainage Paper 56 (Allen et al. 1998); equation numbers are its.
 *
 *   temperatures in degrees C, -60 to 80; relative humidity in %, 0 to 100; pressures in kPa; radiation in
 *   MJ/m^2/day; wind at 2 m in m/s; evapotranspiration in mm/day; latitude in degrees, north positive; altitude in m;
 *   day of the year 1 to 366
 *
 * Inputs out of these ranges are limited to them and flagged RANGE; a NaN gives NaN and NONFINITE.
 */
#ifndef MOTEKIT_DSP_CLIMATE_H
#define MOTEKIT_DSP_CLIMATE_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

/* Saturation vapour pressure (11). */
float mk_saturation_pressure(float temperature);

/* Dew point of a vapour pressure, the inverse of (11); vapour pressures below 0.01 kPa count as that. */
float mk_dew_point(float vapour_pressure);

/* Vapour-pressure deficit of air: es - ea = es (1 - humidity / 100). */
mk_quality mk_vapour_deficit(float temperature, float humidity, float *deficit);

/* Extraterrestrial radiation (21) and possible hours of sunshine (34) of a day. */
float mk_extraterrestrial(float latitude, uint16_t day);
float mk_daylight_hours(float latitude, uint16_t day);

/* Solar radiation from hours of sunshine (35, with 0.25 and 0.50), and wind at 2 m from that at a height (47). */
float mk_solar_from_sunshine(float sunshine_hours, float latitude, uint16_t day);
float mk_wind_at_2m(float wind, float height);

typedef struct {
    float temperature_min, temperature_max;
    float humidity_min, humidity_max;
    float wind;  /* at 2 m */
    float solar; /* incoming short-wave radiation */
    float altitude, latitude;
    uint16_t day;
} mk_weather;

/* Reference evapotranspiration of a day by FAO Penman-Monteith (6), soil heat flux 0. */
mk_quality mk_et0_penman_monteith(const mk_weather *weather, float *et0);

/* By Hargreaves (52), where only temperatures are known. */
mk_quality mk_et0_hargreaves(float temperature_min, float temperature_max, float latitude, uint16_t day, float *et0);

/* Growing degree days of a day: mean of the extremes, each limited to base..ceiling, less base. */
float mk_degree_days(float temperature_min, float temperature_max, float base, float ceiling);

#endif
