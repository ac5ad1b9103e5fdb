/* From "open" and "closed", frame by frame, to blinks, PERCLOS, microsleeps and a driver's state.
 *
 *   seen      what a frame showed: OPEN, CLOSED; NO_EYES: a good frame in which none were found (`detail` not 0: the
 *             head had sunk before they were lost); NOTHING: a frame that cannot be used, `detail` its mk_trouble
 *   time      milliseconds, rising; 10 to 30 frames a second, any may be missing. A frame stands for the time up to
 *             the next one, but at most for gap_ms: what is longer is time nothing is known of
 *   PERCLOS   share of the known time of the last 60 s with the eyes closed, in 1/10000. P80 is defined on lids at
 *             least 80 % closed; a network that was taught open and closed is a proxy of it
 *   wrong     share of frames that the network gets wrong, in 1/10000. A frame that differs from both its neighbours
 *             is either a mistake or a very short blink. "Open" within a closure is taken for a mistake. "Closed"
 *             among open ones is counted with the probability that it is a blink: their long-term rate, against
 *             `wrong` (linear shrinkage, Efron & Morris 1975)
 *   closure   lasts until the eyes are open for bridge_ms. Up to blink_ms it is a blink; from warn_ms on a microsleep,
 *             an alarm from alarm_ms on
 *   levels    TIRED and DROWSY by PERCLOS, each with an upper threshold to enter and a lower one to leave; DROWSY
 *             also for 60 s after a microsleep. Before half of the last 60 s is known there is no level: STARTING
 *   kss       least level of the Karolinska Sleepiness Scale that the state stands for, 0: not known. Regulation (EU)
 *             2021/1341: the warning must come at level 8 or above, and may come at level 7: DROWSY is 8, TIRED 7.
 *             An estimate from the eyes alone: the equivalence is not validated by the regulation's test with people
 *   alarm     0 none, 1 warn, 2 alarm. It stays on in a fault that begins during a microsleep, until open eyes are seen
 *
 * A frame that cannot be used gives a state that names the trouble, at once, and never a level.
 *
 * Sources: Wierwille et al., DOT HS 808 247 (1994): P80, awake below 0.075, questionable to 0.15, drowsy above; Dinges
 * & Grace, FHWA-MCRT-98-006 (1998); microsleeps from 0.5 s: Harrison & Horne, Sleep 19 (1996); blink durations: Schmidt
 * et al., Applied Ergonomics 45 (2014).
 */
#ifndef MOTEKIT_POST_DROWSINESS_H
#define MOTEKIT_POST_DROWSINESS_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_DROWSINESS_WINDOW_MS 60000
#define MK_DROWSINESS_BUCKET_MS 250
#define MK_DROWSINESS_BUCKETS 240
#define MK_DROWSINESS_EVENTS 6

typedef enum { MK_SEEN_OPEN = 0, MK_SEEN_CLOSED = 1, MK_SEEN_NO_EYES = 2, MK_SEEN_NOTHING = 3 } mk_seen;

/* the first five are mk_health's */
typedef enum {
    MK_TROUBLE_NONE = 0,
    MK_TROUBLE_BLACK = 1,
    MK_TROUBLE_WHITE = 2,
    MK_TROUBLE_SATURATED = 3,
    MK_TROUBLE_FLAT = 4,
    MK_TROUBLE_FROZEN = 5,
    MK_TROUBLE_TORN = 6,
    MK_TROUBLE_UNPLUGGED = 7
} mk_trouble;

typedef enum {
    MK_DRIVER_STARTING = 0,
    MK_DRIVER_ALERT = 1,
    MK_DRIVER_TIRED = 2,
    MK_DRIVER_DROWSY = 3,
    MK_DRIVER_EYES_CLOSED = 4, /* for warn_ms */
    MK_DRIVER_MICROSLEEP = 5,  /* for alarm_ms */
    MK_DRIVER_NO_EYES = 6,
    MK_DRIVER_HEAD_DOWN = 7, /* for absent_ms */
    MK_DRIVER_ABSENT = 8,
    MK_DRIVER_TROUBLE = 16 /* + mk_trouble */
} mk_driver_state;

typedef enum {
    MK_DROWSINESS_STATE = 1,      /* value: the new mk_driver_state */
    MK_DROWSINESS_BLINK = 2,      /* value: how long, ms */
    MK_DROWSINESS_CLOSURE = 3,    /* the end of a closure longer than a blink; value: how long, ms */
    MK_DROWSINESS_PERCLOS = 4,    /* every minute; value: 1/10000, -1 if not known */
    MK_DROWSINESS_BLINK_RATE = 5  /* every minute; value: blinks a minute times 100, -1 if not known */
} mk_drowsiness_code;

typedef struct {
    uint16_t tired_on, tired_off, drowsy_on, drowsy_off; /* PERCLOS, 1/10000; off at most on, tired at most drowsy */
    uint16_t blink_ms, warn_ms, alarm_ms;                /* rising */
    uint16_t bridge_ms, gap_ms, absent_ms;               /* gap_ms: 1 to MK_DROWSINESS_BUCKET_MS */
    uint16_t wrong;                                      /* at most 2000 */
} mk_drowsiness_config;

typedef struct {
    uint32_t at; /* ms */
    uint16_t code;
    int32_t value;
} mk_drowsiness_event;

typedef struct {
    const mk_drowsiness_config *config;
    /* of the last 60 s, by quarter seconds: ms of closed, single and open frames, and how many closures ended */
    uint16_t closed[MK_DROWSINESS_BUCKETS], single[MK_DROWSINESS_BUCKETS], open[MK_DROWSINESS_BUCKETS];
    uint16_t blinks[MK_DROWSINESS_BUCKETS], singles[MK_DROWSINESS_BUCKETS];
    uint32_t closed_ms, single_ms, open_ms, blink_count, single_count;
    uint32_t usual_single, usual_open; /* long-term means of single_ms and open_ms, times 256 */
    uint32_t usual_n;
    uint32_t bucket, frames, time, minute;
    uint32_t closed_at, open_at, lost_at, slept_at;
    uint8_t seen, seen_before; /* of the last frame and of the one before it; NOTHING: none */
    uint8_t closing, opening, closed_frames, lost, slept, head_down, latched;
    uint8_t level; /* by PERCLOS: ALERT, TIRED, DROWSY */
    /* what there is to say of the last frame */
    uint8_t state, kss, alarm, events;
    int32_t perclos, blink_rate; /* 1/10000; a minute, times 100; -1: not known */
    mk_drowsiness_event event[MK_DROWSINESS_EVENTS];
} mk_drowsiness;

mk_status mk_drowsiness_init(mk_drowsiness *drowsiness, const mk_drowsiness_config *config);
void mk_drowsiness_reset(mk_drowsiness *drowsiness);

/* One frame. Its events are in event[0 .. events - 1]. */
void mk_drowsiness_process(mk_drowsiness *drowsiness, uint32_t time, mk_seen seen, uint8_t detail);

#endif
