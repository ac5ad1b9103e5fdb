/* Sleep or wake each minute from activity counts, by the rules of Cole and Kripke and of Sadeh, and the sum of a night.
 *
 *   counts    of one axis in one minute, as an ActiGraph's (dsp_counts.h)
 *   Cole      0.001 (106 a[-4] + 54 a[-3] + 58 a[-2] + 76 a[-1] + 230 a[0] + 74 a[1] + 67 a[2]) < 1 is sleep, with
 *             a = counts / 100, at most 300
 *   Sadeh     7.601 - 0.065 mean - 1.08 nat - 0.056 deviation - 0.703 ln(counts + 1) >= 0 is sleep, with counts at
 *             most 300: mean over 11 minutes around this one, nat how many of those lie in 50 to 99, deviation (of a
 *             sample) over this minute and the 5 before
 *   verdict   of the minute 5 minutes back, which both rules then know all about; before the first minute and after
 *             the last the counts are 0
 *   summary   of the minutes judged since reset, by the rule chosen: onset is the first minute of the first
 *             MK_SLEEP_ONSET minutes of sleep in a row; awakenings are stretches of at least MK_SLEEP_AWAKE minutes
 *             awake between onset and the last minute of sleep; efficiency is minutes asleep / all minutes
 *
 *   night     a device has no one to tell it when the night is over: MK_SLEEP_UP minutes awake after sleep that had an
 *             onset end it. It lasted from onset to the last minute of sleep, and counts from MK_SLEEP_NIGHT minutes
 *             on; its efficiency is minutes asleep / minutes it lasted. The next one begins then
 *
 * Source: R. J. Cole, D. F. Kripke et al., Automatic sleep/wake identification from wrist activity, Sleep 15, 1992,
 * scaled as ActiGraph's manual has it; A. Sadeh, K. M. Sharkey, M. A. Carskadon, Activity-based sleep-wake
 * identification, Sleep 17, 1994.
 */
#ifndef MOTEKIT_POST_SLEEP_H
#define MOTEKIT_POST_SLEEP_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_SLEEP_MINUTES 11
#define MK_SLEEP_LATE 5
#define MK_SLEEP_ONSET 10
#define MK_SLEEP_AWAKE 2
#define MK_SLEEP_UP 60
#define MK_SLEEP_NIGHT 60
#define MK_SLEEP_NEVER 0xFFFFFFFFu

#define MK_SLEEP_COLE 0u
#define MK_SLEEP_SADEH 1u

typedef struct {
    uint32_t minute;    /* since reset */
    uint8_t asleep[2];  /* by MK_SLEEP_COLE, MK_SLEEP_SADEH */
    uint8_t valid;      /* 0 in the first minutes, when there is none to judge */
} mk_sleep_verdict;

typedef struct {
    uint32_t minutes, asleep;
    uint32_t onset;      /* minute, or MK_SLEEP_NEVER */
    uint32_t awake;      /* minutes between onset and the last of sleep */
    uint32_t awakenings;
    float efficiency;    /* 0 to 1 */
} mk_sleep_summary;

typedef struct {
    float counts[11]; /* ring, the oldest at `next` */
    uint32_t minute;
    uint8_t rule, next;
    /* of the night so far */
    uint32_t asleep, onset, awake, awakenings;
    uint32_t run, pause; /* minutes of sleep, and awake since the last of it */
} mk_sleep;

mk_status mk_sleep_init(mk_sleep *sleep, uint8_t rule);
void mk_sleep_reset(mk_sleep *sleep);
mk_sleep_verdict mk_sleep_process(mk_sleep *sleep, uint32_t counts);
mk_sleep_summary mk_sleep_sum(const mk_sleep *sleep);

/* After each verdict: 1 if it ended a night, which is then told and forgotten; onset counts from reset. */
uint8_t mk_sleep_night(mk_sleep *sleep, mk_sleep_summary *night);

#endif
