/* Air humidity, radiation and reference evapotranspiration, as FAO-56 defines them.
 *
 *   temperatures degC (-60 to 60), humidity % (0 to 100), vapour pressures and deficit kPa, radiation MJ/m2 a day,
 *   latitude in radians (north positive), day of the year 1 to 366, elevation m, wind m/s at 2 m, ET0 mm a day
 *
 * A NaN input gives NaN, but for those of mk_weather_day that FAO-56 chapter 3 replaces: without `wind` 2 m/s,
 * without a humidity the dew point is the daily minimum (eq. 48), without `solar` Hargreaves' radiation
 * 0.16 sqrt(t_max - t_min) Ra (eq. 50). ET0 is never below 0.
 *
 * float32, bit-exact on every core. Against float64 within 1e-5 of the value or of 1 (tests/python/dsp/test_fao56.py).
 * Source: R. G. Allen et al., Crop Evapotranspiration, FAO Irrigation and Drainage Paper 56, 1998: equations
 * 6, 7, 8, 11 to 13, 17, 21 to 25, 34, 37 to 40, 48, 50, 52.
 */
#ifndef MOTEKIT_DSP_FAO56_H
#define MOTEKIT_DSP_FAO56_H

#include <stdint.h>

typedef struct {
    float t_max, t_min;
    float rh_max, rh_min;
    float wind;
    float solar;
} mk_weather_day;

float mk_saturation_pressure(float temperature);           /* eq. 11 */
float mk_dew_point(float temperature, float humidity);     /* inverse of eq. 11; NaN at 0 % */
float mk_pressure_deficit(float temperature, float humidity); /* of one moment */
float mk_air_pressure(float elevation);                    /* eq. 7 */
float mk_extraterrestrial(float latitude, uint16_t day);   /* Ra, eq. 21; 0 in polar night */
float mk_daylight_hours(float latitude, uint16_t day);     /* eq. 34 */
float mk_et0_hargreaves(float t_max, float t_min, float extraterrestrial); /* eq. 52 */
float mk_et0(const mk_weather_day *weather, float extraterrestrial, float elevation); /* Penman-Monteith, eq. 6 */

#endif
