/* An irrigation controller whole: an hour's readings in, the valve out.
 *
 *   hour      mk_gardener_hour, MK_GARDENER_MISSING where a sensor gave none; an int16 frame of 10 channels
 *   water     1/100 mm; time s
 *   arena     the caller's, of the model, 72 bytes or more; the features pass through it too
 *
 * Each hour: the probes are checked and calibrated (mk_probe), rain fills the root zone. Each midnight: the day's
 * figures make a row of features (mk_moisture), the model forecasts the change of moisture 24 and 72 hours ahead, the
 * balance of the root zone passes the day (mk_rootzone) and is moved towards the probes. The depletion expected by
 * the next midnight decides (mk_irrigation): irrigate at `start` percent of the readily available water, down to
 * `stop` percent, which leaves room for rain; and give nothing when no more than `finish` percent will be missing at
 * harvest anyway.
 *
 * The forecast stands for the soil down to 15 cm, the balance for what lies below; without the readings of both upper
 * probes the balance stands for all of it (BLIND). A probe that fails closes the valve and starts the interval anew;
 * after `blind_days` without any good probe the valve stays closed. No clock, no temperature, low supply or a frame
 * out of order: closed while it lasts.
 *
 * Between two hours call mk_gardener_tick, at least every tick_s of mk_irrigation while the valve is open; or, where
 * no real time passes (replay), mk_gardener_pass, which makes the calls that would have come.
 */
#ifndef MOTEKIT_POST_GARDENER_H
#define MOTEKIT_POST_GARDENER_H

#include <stdint.h>

#include "motekit/dsp_moisture.h"
#include "motekit/dsp_probe.h"
#include "motekit/dsp_quantize.h"
#include "motekit/dsp_rootzone.h"
#include "motekit/nn.h"
#include "motekit/post_irrigation.h"
#include "motekit/status.h"

#define MK_GARDENER_MISSING (-32768)
#define MK_GARDENER_HOURS 8784
#define MK_GARDENER_YEAR_PARTS 27

/* Event codes. */
#define MK_GARDENER_OPENED 1   /* value: seconds owed in all */
#define MK_GARDENER_CLOSED 2   /* value: mk_irrigation_reason */
#define MK_GARDENER_FAULT 3    /* value: fault bits of mk_irrigation, at their first and last hour (0: gone) */
#define MK_GARDENER_PROBE 4    /* value: probe x 256 + fault bits of mk_probe, when they change */
#define MK_GARDENER_DAY 5      /* value: depletion x 65536 + readily available water */
#define MK_GARDENER_BLIND 6    /* value: 1 the balance alone decides, 0 the forecast is back */

typedef struct {
    int16_t clock;      /* hour of the year that has ended, 0 to 8783; or -1 - hour: restored after a reset, not set */
    int16_t counts[MK_ROOTZONE_PROBES]; /* of the probes at 5 cm, 10 cm and among the roots, 0 to 32767 */
    int16_t soil, air;  /* 0.1 degC */
    int16_t humidity;   /* 0.1 % */
    int16_t rain;       /* 0.1 mm in the hour */
    int16_t light;      /* 0.001 MJ/m2 in the hour */
    int16_t supply;     /* mV */
} mk_gardener_hour;

typedef struct {
    mk_irrigation_config irrigation; /* its start 100 and stop 0: the levels are those below */
    mk_rootzone_config zone;
    mk_probe_config probe[MK_ROOTZONE_PROBES];
    uint8_t start, stop;  /* percent of the readily available water, stop below start, up to 150 */
    uint8_t finish;       /* percent of it that may be missing at harvest */
    uint8_t from, until;  /* hours of the day between which the valve may open; until may be smaller */
    uint8_t blind_days;   /* 0 to 254 */
    int16_t dark;         /* light at or below which it is night, if the clock is not to be trusted */
    int16_t supply_min;   /* mV */
    const MK_FLASH int16_t *above; /* [27]: radiation above the atmosphere on day 1, 15, 29, ..., 1/100 MJ/m2 */
} mk_gardener_config;

#define MK_GARDENER_OUTPUTS 4 /* change at 5 cm in 24 and 72 hours, at 10 cm in 24 and 72 hours */

typedef struct {
    const MK_FLASH mk_nn_model *model;
    mk_quantizer quantizer; /* features to the model's input */
    int16_t zero;           /* of its output */
    int16_t scale[MK_GARDENER_OUTPUTS]; /* 1/10000 m3/m3 that one count of an output is, Q8 */
} mk_gardener_forecast;

typedef struct {
    void *context;
    void (*features)(void *context, const int16_t *values);
    void (*scores)(void *context, const int8_t *values);
    void (*event)(void *context, uint32_t at, uint16_t code, int32_t value);
} mk_gardener_sink;

/* What a reset must not forget, beside the configuration. */
typedef struct {
    mk_irrigation_record irrigation;
    int16_t clock;
    uint16_t depletion, usual;
    int16_t day;
} mk_gardener_record;

/* Sums over a day. */
typedef struct {
    int32_t moisture[2], soil, humidity, light;
    uint32_t rain;
    uint8_t hours, moistures[2], soils, humidities, lights, rains, airs; /* with a reading */
    int16_t t_min, t_max, humidity_min, humidity_max;
} mk_gardener_sums;

typedef struct {
    const mk_gardener_config *config;
    const mk_gardener_forecast *forecast;
    const mk_gardener_sink *sink;
    void *arena;
    int16_t now[MK_ROOTZONE_PROBES]; /* moisture of the newest hour */
    int16_t change[2];   /* forecast for 24 hours, 1/10000 m3/m3; MISSING */
    uint16_t ahead;      /* what the day to come will take */
    uint16_t target;     /* depletion to refill to */
    uint16_t begin;      /* depletion at which to irrigate */
    uint32_t part;       /* water that has not yet made 1/100 mm: rate x s x percent */
    uint16_t rain;       /* not yet told to mk_irrigation */
    uint32_t at;         /* seconds since reset */
    int16_t clock, air;
    uint8_t wet;         /* hours since rain or irrigation may have raised the probes, up to 255 */
    uint8_t blind;       /* days without any good probe */
    uint8_t faults, told; /* of mk_irrigation: standing, and told by the last event */
    uint8_t probe_faults[MK_ROOTZONE_PROBES];
    uint8_t new_fault;   /* a probe has failed in this hour */
    uint8_t allowed;
    uint8_t open;
    /* the large ones last: a small processor reaches 64 bytes from a pointer */
    mk_rootzone zone;
    mk_irrigation irrigation;
    mk_gardener_sums sums;
    mk_moisture moisture;
    mk_probe probe[MK_ROOTZONE_PROBES];
} mk_gardener;

mk_status mk_gardener_init(mk_gardener *gardener, const mk_gardener_config *config,
                           const mk_gardener_forecast *forecast, const mk_gardener_sink *sink, void *arena);

/* As after init: the valve closed for an interval. */
mk_status mk_gardener_reset(mk_gardener *gardener);

void mk_gardener_save(const mk_gardener *gardener, mk_gardener_record *record);
void mk_gardener_restore(mk_gardener *gardener, const mk_gardener_record *record);

/* One hour of readings, at its end. */
void mk_gardener_process(mk_gardener *gardener, const mk_gardener_hour *hour);

/* Seconds have passed; whether the valve is open until the next call. `faults`: bits of mk_irrigation that the
 * machine has found, beside those of the readings. */
int mk_gardener_tick(mk_gardener *gardener, uint32_t elapsed_s, uint8_t faults);

/* As many ticks as a machine would make in that time. Returns the seconds that the valve was open. */
uint32_t mk_gardener_pass(mk_gardener *gardener, uint32_t seconds);

#endif
