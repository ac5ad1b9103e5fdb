/* When to open a valve, and above all when not: irrigation by predicted depletion of the root zone.
 *
 *   water     1/100 mm (uint16: to 655 mm), rate 1/100 mm an hour, time s, temperature 0.1 degC
 *   process   at least every `tick_s` while the valve is open (any time apart while it is closed), with the seconds
 *             since the last call by a clock that does not stop; returns 1 to open the valve, 0 to close it
 *
 * An irrigation starts when the depletion reaches `start` percent of the readily available water and nothing
 * forbids it; it gives what brings the depletion back to `stop` percent, in pulses with pauses to soak in.
 *
 * What always holds (walked exhaustively, tests/core/walk_irrigation.c):
 *   - after init and restore the valve is closed, and stays so for `interval_s` less the restored part of it
 *   - a fault in the inputs, a call later than `tick_s` or a clock that stands still closes it in that call
 *   - it is never open for more than `pulse_s` <= `max_open_s` at a stretch, and not for more than `limit_s` within
 *     each `period_s`: it closes early rather than rely on the next call
 *   - after rain, in frost, at an unknown depletion or temperature and outside the allowed hours it is closed
 * Should calls cease altogether, a watchdog shorter than `tick_s` must reset the controller.
 *
 * Source: Allen et al., FAO Irrigation and Drainage Paper 56, chapter 8 (readily available water); the rest is ours.
 */
#ifndef MOTEKIT_POST_IRRIGATION_H
#define MOTEKIT_POST_IRRIGATION_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_IRRIGATION_UNKNOWN_WATER 65535
#define MK_IRRIGATION_MAX_TIME 16777215

/* faults, as bits; the last two are found here */
#define MK_IRRIGATION_SENSOR 1
#define MK_IRRIGATION_CLOCK 2
#define MK_IRRIGATION_MEMORY 4
#define MK_IRRIGATION_SUPPLY 8
#define MK_IRRIGATION_FLOW 16
#define MK_IRRIGATION_OVERRUN 32
#define MK_IRRIGATION_LATE 64
#define MK_IRRIGATION_STATE 128

typedef enum {
    MK_IRRIGATION_HOLD = 0, /* until the interval since reset or the last irrigation has passed */
    MK_IRRIGATION_IDLE = 1,
    MK_IRRIGATION_WATERING = 2, /* the only state with an open valve */
    MK_IRRIGATION_SOAKING = 3,
    MK_IRRIGATION_FAULT = 4
} mk_irrigation_state;

/* Why the valve is closed. */
typedef enum {
    MK_IRRIGATION_NO_REASON = 0, /* it is open */
    MK_IRRIGATION_BY_INTERVAL = 1,
    MK_IRRIGATION_BY_WATER = 2, /* the soil holds enough */
    MK_IRRIGATION_BY_SOAKING = 3,
    MK_IRRIGATION_BY_RAIN = 4,
    MK_IRRIGATION_BY_FROST = 5,
    MK_IRRIGATION_BY_HOURS = 6,
    MK_IRRIGATION_BY_LIMIT = 7,
    MK_IRRIGATION_BY_UNKNOWN = 8, /* depletion or readily available water */
    MK_IRRIGATION_BY_FAULT = 9
} mk_irrigation_reason;

typedef struct {
    uint16_t tick_s;     /* longest time between two calls while open, 1 or more */
    uint16_t max_open_s; /* the valve's own limit */
    uint16_t pulse_s;    /* tick_s to max_open_s */
    uint16_t soak_s;     /* between two pulses, 1 or more */
    uint32_t interval_s; /* from one irrigation, or a reset, to the next; 1 or more */
    uint32_t period_s;   /* 86400 for a daily limit; tick_s or more */
    uint32_t limit_s;    /* open within a period */
    uint32_t rain_delay_s;
    uint16_t rain_min;   /* rain within a period that starts the delay; 1 or more */
    int16_t frost_on, frost_off; /* locked at or below `on`, until above `off` >= `on` */
    uint16_t rate;       /* 1/100 mm an hour with the valve open, 1 or more */
    uint8_t efficiency;  /* percent of it that reaches the roots, 1 to 100 */
    uint8_t start, stop; /* percent of the readily available water, stop < start <= 200 */
} mk_irrigation_config;

typedef struct {
    uint32_t elapsed_s; /* since the last call */
    uint16_t depletion; /* predicted, of the root zone; MK_IRRIGATION_UNKNOWN_WATER */
    uint16_t readily;   /* readily available water of crop and soil, 0 or MK_IRRIGATION_UNKNOWN_WATER: unknown */
    uint16_t rain;      /* since the last call */
    int16_t temperature; /* of the air; -32768: unknown */
    uint8_t allowed;    /* by the hour of the day */
    uint8_t faults;
} mk_irrigation_input;

/* What a reset must not forget; kept by the caller with a checksum. */
typedef struct {
    uint32_t wait_s, rain_wait_s, period_left_s, period_open_s;
} mk_irrigation_record;

typedef struct {
    const mk_irrigation_config *config;
    mk_irrigation_record record;
    uint32_t owed_s; /* of the irrigation under way */
    uint32_t open_s; /* at a stretch */
    uint32_t rain;   /* in this period */
    uint8_t state;   /* mk_irrigation_state */
    uint8_t reason;  /* mk_irrigation_reason */
    uint8_t faults;  /* of the last fault, kept until the next start */
    uint8_t frosty;
} mk_irrigation;

mk_status mk_irrigation_init(mk_irrigation *irrigation, const mk_irrigation_config *config);

/* What to keep for after a reset, to be written whenever the state changes: of an irrigation under way the worst case,
 * so that a supply that breaks down as the valve opens cannot water in a loop. */
void mk_irrigation_save(const mk_irrigation *irrigation, mk_irrigation_record *record);

/* After init: goes on with the waits and the used limit of an intact record; values beyond the configuration's are
 * taken as its largest. The valve stays closed. */
void mk_irrigation_restore(mk_irrigation *irrigation, const mk_irrigation_record *record);

int mk_irrigation_process(mk_irrigation *irrigation, const mk_irrigation_input *input);

#endif
