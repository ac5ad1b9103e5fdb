/* A capacitive soil probe: from counts to volumetric water content, and the faults that such probes have.
 *
 *   counts       uint16, of the converter; more or less of them in wet soil
 *   temperature  0.1 degC of the probe; MK_PROBE_MISSING: taken as `reference`
 *   moisture     1/10000 m3/m3, 0 to 10000; MK_PROBE_MISSING while a fault stands
 *
 * Calibration is a line through 2 to 8 points; beyond its ends it stays at their moisture. Counts are brought to the
 * reference temperature first: counts - (temperature - reference) * drift / 256.
 *
 * Faults, in every sample they hold (bits):
 *   SHORT    at most `short_max` counts        OPEN   at least `open_min` counts
 *   AIR      nearer to dry air than `air`, on air's side: the probe is out of the soil
 *   STUCK    the last `stuck_samples` raw counts lie within `stuck_band`: soil and converter always stir a little
 *   JUMP     moisture fell by more than `fall`, or rose by more than `rise` without rain or irrigation, since the last
 *            good sample; a new level that lasts for `confirm` samples is believed
 *
 * Integers only. Source: the behaviour of SKU SEN0193-class probes; thresholds come from calibration.
 */
#ifndef MOTEKIT_DSP_PROBE_H
#define MOTEKIT_DSP_PROBE_H

#include <stdint.h>

#include "motekit/status.h"

#ifndef MK_PROBE_MAX_POINTS /* a board short of RAM may have fewer */
#define MK_PROBE_MAX_POINTS 8
#endif
#define MK_PROBE_MISSING (-32768)

#define MK_PROBE_SHORT 1
#define MK_PROBE_OPEN 2
#define MK_PROBE_AIR 4
#define MK_PROBE_STUCK 8
#define MK_PROBE_JUMP 16

typedef struct {
    uint8_t points;                        /* 2 to MK_PROBE_MAX_POINTS */
    uint16_t counts[MK_PROBE_MAX_POINTS];  /* all rising or all falling */
    int16_t moisture[MK_PROBE_MAX_POINTS]; /* rising, 0 to 10000 */
    int16_t reference;                     /* 0.1 degC, -400 to 850 */
    int16_t drift;                         /* 1/256 count a 0.1 degC, -4096 to 4096 */
    uint16_t short_max, open_min;          /* the first below the second */
    uint16_t air;                          /* counts, dry air with a margin: beyond the driest point or at it */
    uint16_t stuck_samples, stuck_band;    /* 2 or more samples */
    int16_t rise, fall;                    /* 1/10000 m3/m3 from sample to sample, 1 to 10000 */
    uint8_t confirm;                       /* 1 to 254 */
} mk_probe_config;

typedef struct {
    const mk_probe_config *config;
    uint16_t lowest, highest; /* raw counts of the run without a stir */
    uint16_t run;             /* its length */
    int16_t level;            /* last good moisture */
    int16_t candidate;        /* level that has jumped */
    uint8_t jumps;            /* samples at the candidate */
} mk_probe;

mk_status mk_probe_init(mk_probe *probe, const mk_probe_config *config);

/* Counts at a temperature to moisture, without any check. */
int16_t mk_probe_moisture(const mk_probe_config *config, uint16_t counts, int16_t temperature);

/* One sample; `wetted` says that rain or irrigation may have raised the moisture since the last. Returns the fault
 * bits and sets `moisture`. */
uint8_t mk_probe_process(mk_probe *probe, uint16_t counts, int16_t temperature, uint8_t wetted, int16_t *moisture);

#endif
