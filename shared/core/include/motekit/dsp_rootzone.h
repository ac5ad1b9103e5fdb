/* The root zone of a crop through its season, after FAO Irrigation and Drainage Paper 56 (equation numbers are its),
 * in integers: the same bits on an ATmega328P as anywhere, and no float library there. mk_soil (dsp_soil.h) is the
 * same balance in float for a zone that does not grow.
 *
 *   water     1/100 mm; depth mm; moisture 1/10000 m3/m3; temperature 0.1 degC
 *   radiation above the atmosphere 1/100 MJ/m2 a day (mk_extraterrestrial)
 *   day       of the season, from 0; negative: no crop stands
 *
 * Reference evapotranspiration by Hargreaves (52), Kc by the line of figure 34, available water (82, 83) over roots
 * that grow with the development stage, p adjusted to the demand (table 22), stress (84), balance (85). Ground that
 * the roots newly reach lacks `below` percent of its available water.
 */
#ifndef MOTEKIT_DSP_ROOTZONE_H
#define MOTEKIT_DSP_ROOTZONE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_ROOTZONE_PROBES 3
#define MK_ROOTZONE_UNKNOWN 65535

typedef struct {
    uint16_t days[4];  /* of the initial, development, mid and late stage (table 11); 1 or more each, 365 in all */
    uint16_t sown;     /* day of the year, 1 to 366 */
    uint16_t roots[2]; /* depth after sowing and when grown, the first not above the second */
    uint8_t kc[3];     /* initial, mid, end, 1/100 (table 12) */
    uint8_t share;     /* p, percent, 10 to 80 (table 22) */
    uint8_t below;     /* percent, 0 to 100 */
    uint8_t trust;     /* of 255: how far a day's probes move the balance */
    uint8_t et0;       /* percent that Hargreaves is multiplied with here (53), 50 to 200: 100 unless calibrated */
    uint16_t capacity, wilting; /* moisture, the first above the second (table 19) */
    uint16_t probes[MK_ROOTZONE_PROBES]; /* depths, rising; 0: there is none */
} mk_rootzone_config;

typedef struct {
    const mk_rootzone_config *config;
    int16_t day;
    uint16_t roots;      /* today's depth */
    uint16_t total;      /* available water of today's roots */
    uint16_t readily;    /* of it without stress */
    uint16_t depletion;
    uint16_t et0, usual; /* of the newest day, and its mean over about 8 days */
} mk_rootzone;

mk_status mk_rootzone_init(mk_rootzone *zone, const mk_rootzone_config *config);

/* Reference evapotranspiration of a day by Hargreaves, 0 to 2000 (1/100 mm); t_max is taken as t_min if it is lower. */
uint16_t mk_rootzone_et0(int16_t t_min, int16_t t_max, int16_t above);

/* Kc in 1/100 on a day of the season; 0 out of it. */
uint8_t mk_rootzone_kc(const mk_rootzone_config *config, int16_t day);

/* A day begins, 1 to 366 of the year: the crop's age, its roots and their water. */
void mk_rootzone_begin(mk_rootzone *zone, uint16_t day_of_year);

/* The day has ended with that reference evapotranspiration, before the calibration; UNKNOWN: one like the last. */
void mk_rootzone_end(mk_rootzone *zone, uint16_t et0);

/* Rain or irrigation; what is beyond field capacity percolates. */
void mk_rootzone_wet(mk_rootzone *zone, uint16_t water);

/* Moisture of the probes, -32768 for one that is missing: moves the depletion towards what they show. Probes that
 * all lie in the upper third of the roots count a quarter: a wet surface is not a full root zone. */
void mk_rootzone_see(mk_rootzone *zone, const int16_t *moisture, uint8_t trust);

/* What a day like the last ones will take, and what is still to come until harvest (limited to 65534). */
uint16_t mk_rootzone_need(const mk_rootzone *zone);
uint16_t mk_rootzone_rest(const mk_rootzone *zone);

#endif
