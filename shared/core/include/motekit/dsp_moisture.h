/* Features of a soil-moisture forecast: one row a day, from that day and what the days before left behind.
 *
 *   day       mk_moisture_day, daily figures; MK_MOISTURE_MISSING where a sensor gave none
 *   out       int16[MK_MOISTURE_FEATURES], Q10, -4096 to 4096 (-4 to 4 around typical values); 0 for what is missing
 *   state     the caller's, 64 bytes; init forgets everything
 *
 * Features in order (i = 0: 5 cm, 1: 10 cm; root(x, c) = sign(x) sqrt(|x| / c), which gives small changes room in int8):
 *   for each i: moisture, its change of the last three days (root), distance to the slowly forgotten highest and
 *   lowest value (root), to the mean of about a month (root)
 *   moisture at 5 cm less that at 10 cm
 *   rain of today and the three days before (root), antecedent rain with memories of 2.5, 7 and 20 days (root)
 *   t_max, t_min, their changes since yesterday; radiation over that above the atmosphere, today and yesterday;
 *   humidity mean, lowest, highest, change of the mean; soil temperature, the same within 2 degC of freezing;
 *   radiation above the atmosphere (the season), its change since yesterday
 *
 * Integers only, 16 x 16 and 32-bit arithmetic: the same bits on an ATmega328P as anywhere. The forecast of a
 * network on these features is the change of moisture from today. Source: antecedent precipitation index of
 * M. A. Kohler & R. K. Linsley, U.S. Weather Bureau Research Paper 34, 1951; the rest is ours.
 */
#ifndef MOTEKIT_DSP_MOISTURE_H
#define MOTEKIT_DSP_MOISTURE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_MOISTURE_MISSING (-32768)
#define MK_MOISTURE_FEATURES 36

typedef struct {
    int16_t moisture[2];  /* 5 and 10 cm, 1/10000 m3/m3, 0 to 10000 */
    int16_t rain;         /* 0.1 mm, 0 to 5000 */
    int16_t t_max, t_min; /* 0.1 degC, -1000 to 1000 */
    int16_t humidity, humidity_min, humidity_max; /* 0.1 %, 0 to 1100 */
    int16_t solar;            /* 0.01 MJ/m2, 0 to 6000 */
    int16_t extraterrestrial; /* the same above the atmosphere, mk_extraterrestrial */
    int16_t soil_temperature; /* 0.1 degC at the upper probe, -1000 to 1000 */
} mk_moisture_day;

typedef struct {
    int32_t highest[2], lowest[2], mean[2]; /* 1/10000 m3/m3 in Q8; below 0: none yet */
    uint32_t wetness[3];                    /* 0.1 mm in Q8 */
    int16_t moisture[2][3];                 /* of the last three days, latest first */
    int16_t rain[3];
    int16_t t_max, t_min, humidity, sunshine, extraterrestrial; /* yesterday's */
} mk_moisture;

void mk_moisture_init(mk_moisture *moisture);

/* One day, in order; a day without any data is a row of MK_MOISTURE_MISSING. MK_ERR_ARG, and nothing done, if a
 * value is beyond its range. */
mk_status mk_moisture_process(mk_moisture *moisture, const mk_moisture_day *day, int16_t *out);

#endif
