#include "motekit/post_drowsiness.h"

#include <string.h>

#define USUAL_N 2400u /* quarter seconds: 10 minutes */
#define LEVEL_KNOWN_MS (MK_DROWSINESS_WINDOW_MS / 2u)

mk_status mk_drowsiness_init(mk_drowsiness *d, const mk_drowsiness_config *config)
{
    if (!d || !config || config->tired_off > config->tired_on || config->drowsy_off > config->drowsy_on ||
        config->tired_on > config->drowsy_on || config->drowsy_on > 10000 || config->blink_ms > config->warn_ms ||
        config->warn_ms > config->alarm_ms || config->gap_ms == 0 || config->gap_ms > MK_DROWSINESS_BUCKET_MS ||
        config->wrong > 2000)
        return MK_ERR_ARG;
    d->config = config;
    mk_drowsiness_reset(d);
    return MK_OK;
}

void mk_drowsiness_reset(mk_drowsiness *d)
{
    const mk_drowsiness_config *const config = d->config;
    memset(d, 0, sizeof *d);
    d->config = config;
    d->seen = d->seen_before = MK_SEEN_NOTHING;
    d->state = MK_DRIVER_STARTING;
    d->level = MK_DRIVER_ALERT;
    d->perclos = d->blink_rate = -1;
}

static void say(mk_drowsiness *d, mk_drowsiness_code code, int32_t value)
{
    if (d->events < MK_DROWSINESS_EVENTS)
        d->event[d->events++] = (mk_drowsiness_event){d->time, (uint16_t)code, value};
}

/* ---- the last 60 s ---- */

static void forget(mk_drowsiness *d, uint32_t slot)
{
    d->closed_ms -= d->closed[slot];
    d->single_ms -= d->single[slot];
    d->open_ms -= d->open[slot];
    d->blink_count -= d->blinks[slot];
    d->single_count -= d->singles[slot];
    d->closed[slot] = d->single[slot] = d->open[slot] = d->blinks[slot] = d->singles[slot] = 0;
}

static uint32_t follow(uint32_t mean, uint32_t value, uint32_t n)
{
    const int32_t step = ((int32_t)(value << 8) - (int32_t)mean) / (int32_t)n;
    return (uint32_t)((int32_t)mean + step);
}

static void turn_to(mk_drowsiness *d, uint32_t bucket)
{
    if (bucket == d->bucket)
        return;
    /* only whole windows of known time say what is usual */
    if (d->closed_ms + d->single_ms + d->open_ms >= LEVEL_KNOWN_MS) {
        d->usual_n += d->usual_n < USUAL_N;
        d->usual_single = follow(d->usual_single, d->single_ms, d->usual_n);
        d->usual_open = follow(d->usual_open, d->open_ms, d->usual_n);
    }
    const uint32_t passed = bucket - d->bucket;
    for (uint32_t k = 1; k <= passed && k <= MK_DROWSINESS_BUCKETS; k++)
        forget(d, (d->bucket + k) % MK_DROWSINESS_BUCKETS);
    d->bucket = bucket;
}

static void add(uint16_t *bucket, uint32_t *sum, uint32_t amount)
{
    const uint32_t room = 65535u - *bucket;
    amount = amount < room ? amount : room;
    *bucket = (uint16_t)(*bucket + amount);
    *sum += amount;
}

/* The frame before the one that has just come: its time is known now, and both its neighbours. */
static void account(mk_drowsiness *d, mk_seen now, uint32_t ms)
{
    const uint32_t slot = d->bucket % MK_DROWSINESS_BUCKETS;
    const int alone = d->seen_before == now && d->seen != now;
    if (d->seen == MK_SEEN_CLOSED && alone && now == MK_SEEN_OPEN) {
        add(&d->single[slot], &d->single_ms, ms);
        add(&d->singles[slot], &d->single_count, 1);
    } else if (d->seen == MK_SEEN_CLOSED || (d->seen == MK_SEEN_OPEN && alone && now == MK_SEEN_CLOSED)) {
        add(&d->closed[slot], &d->closed_ms, ms);
    } else if (d->seen == MK_SEEN_OPEN) {
        add(&d->open[slot], &d->open_ms, ms);
    }
}

/* How much of `single_ms` is blinks: between what is usual and what is seen, the nearer to what is usual the more
 * mistakes are to be expected. */
static uint32_t true_single_ms(const mk_drowsiness *d)
{
    const int32_t false_ms = (int32_t)((uint64_t)d->open_ms * d->config->wrong / 10000u);
    const int32_t usual_false = (int32_t)((uint64_t)d->usual_open * d->config->wrong / 10000u >> 8);
    int32_t usual_true = (int32_t)(d->usual_single >> 8) - usual_false;
    if (usual_true < 0)
        usual_true = 0;
    const int32_t spread = usual_true + false_ms;
    if (spread == 0)
        return d->single_ms;
    const int64_t surprise = (int64_t)d->single_ms - spread;
    const int64_t estimate = usual_true + surprise * usual_true / spread;
    return estimate < 0 ? 0 : estimate > (int64_t)d->single_ms ? d->single_ms : (uint32_t)estimate;
}

static void measure(mk_drowsiness *d)
{
    const uint32_t known = d->closed_ms + d->single_ms + d->open_ms;
    if (known < LEVEL_KNOWN_MS) {
        d->perclos = d->blink_rate = -1;
        return;
    }
    const uint32_t blinks_ms = true_single_ms(d);
    d->perclos = (int32_t)((uint64_t)(d->closed_ms + blinks_ms) * 10000u / known);
    const uint64_t singles = d->single_ms ? (uint64_t)d->single_count * 100u * blinks_ms / d->single_ms : 0;
    d->blink_rate = (int32_t)((d->blink_count * 100u + singles) * MK_DROWSINESS_WINDOW_MS / known);
}

/* ---- closures ---- */

static void close_ends(mk_drowsiness *d, uint32_t at)
{
    const uint32_t ms = at - d->closed_at;
    d->closing = d->opening = 0;
    if (d->closed_frames < 2)
        return; /* a mistake or a short blink: counted as a single, never reported */
    if (ms > d->config->blink_ms) {
        say(d, MK_DROWSINESS_CLOSURE, (int32_t)ms);
        return;
    }
    say(d, MK_DROWSINESS_BLINK, (int32_t)ms);
    add(&d->blinks[d->bucket % MK_DROWSINESS_BUCKETS], &d->blink_count, 1);
}

static void watch_closure(mk_drowsiness *d, mk_seen seen, uint32_t passed)
{
    if (d->closing && passed > d->config->gap_ms)
        close_ends(d, d->opening ? d->open_at : d->time - passed);
    if (seen == MK_SEEN_CLOSED) {
        if (!d->closing) {
            d->closing = 1;
            d->closed_at = d->time;
            d->closed_frames = 0;
        }
        d->opening = 0;
        d->closed_frames = (uint8_t)(d->closed_frames + (d->closed_frames < 255));
        if (d->time - d->closed_at >= d->config->warn_ms) {
            d->latched = d->slept = 1;
            d->slept_at = d->time;
        }
        return;
    }
    if (!d->closing) {
        if (seen == MK_SEEN_OPEN)
            d->latched = 0;
        return;
    }
    if (!d->opening) {
        d->opening = 1;
        d->open_at = d->time;
    }
    if (d->time - d->open_at >= d->config->bridge_ms)
        close_ends(d, d->open_at);
    if (!d->closing && seen == MK_SEEN_OPEN)
        d->latched = 0;
}

/* ---- the state ---- */

static uint8_t level_of(mk_drowsiness *d)
{
    const mk_drowsiness_config *const c = d->config;
    if (d->perclos < 0) {
        d->level = MK_DRIVER_ALERT;
        return MK_DRIVER_STARTING;
    }
    const int32_t p = d->perclos;
    if (p >= c->drowsy_on || (d->level == MK_DRIVER_DROWSY && p >= c->drowsy_off))
        d->level = MK_DRIVER_DROWSY;
    else if (p >= c->tired_on || (d->level != MK_DRIVER_ALERT && p >= c->tired_off))
        d->level = MK_DRIVER_TIRED;
    else
        d->level = MK_DRIVER_ALERT;
    return d->level;
}

static uint8_t state_of(mk_drowsiness *d, mk_seen seen, uint8_t detail)
{
    const mk_drowsiness_config *const c = d->config;
    const uint8_t level = level_of(d);
    if (seen != MK_SEEN_NO_EYES)
        d->lost = 0;
    if (seen == MK_SEEN_NOTHING)
        return (uint8_t)(MK_DRIVER_TROUBLE + detail);
    if (seen == MK_SEEN_NO_EYES) {
        if (!d->lost) {
            d->lost = 1;
            d->lost_at = d->time;
            d->head_down = detail != 0;
        }
        if (d->time - d->lost_at < c->absent_ms)
            return MK_DRIVER_NO_EYES;
        return d->head_down ? MK_DRIVER_HEAD_DOWN : MK_DRIVER_ABSENT;
    }
    if (d->closing) {
        const uint32_t ms = (d->opening ? d->open_at : d->time) - d->closed_at;
        if (ms >= c->alarm_ms)
            return MK_DRIVER_MICROSLEEP;
        if (ms >= c->warn_ms)
            return MK_DRIVER_EYES_CLOSED;
    }
    if (d->slept && d->time - d->slept_at > MK_DROWSINESS_WINDOW_MS)
        d->slept = 0;
    return d->slept ? MK_DRIVER_DROWSY : level;
}

static uint8_t kss_of(uint8_t state)
{
    switch (state) {
    case MK_DRIVER_ALERT:
        return 1;
    case MK_DRIVER_TIRED:
        return 7;
    case MK_DRIVER_DROWSY:
    case MK_DRIVER_EYES_CLOSED:
        return 8;
    case MK_DRIVER_MICROSLEEP:
        return 9;
    default:
        return 0;
    }
}

static uint8_t alarm_of(const mk_drowsiness *d)
{
    if (d->state == MK_DRIVER_MICROSLEEP || d->state == MK_DRIVER_HEAD_DOWN)
        return 2;
    if (d->state == MK_DRIVER_EYES_CLOSED || d->state == MK_DRIVER_DROWSY)
        return 1;
    /* eyes that fell shut and then cannot be seen are not open again */
    if (d->latched && (d->state >= MK_DRIVER_TROUBLE || d->state == MK_DRIVER_NO_EYES || d->state == MK_DRIVER_ABSENT))
        return 2;
    return 0;
}

void mk_drowsiness_process(mk_drowsiness *d, uint32_t time, mk_seen seen, uint8_t detail)
{
    const uint32_t passed = d->frames ? time - d->time : 0;
    d->events = 0;
    d->time = time;
    if (d->frames) {
        account(d, seen, passed < d->config->gap_ms ? passed : d->config->gap_ms);
        turn_to(d, time / MK_DROWSINESS_BUCKET_MS);
    } else {
        d->bucket = time / MK_DROWSINESS_BUCKET_MS;
        d->minute = time;
    }
    d->frames++;
    watch_closure(d, seen, passed);
    measure(d);
    d->seen_before = d->seen;
    d->seen = (uint8_t)seen;
    const uint8_t state = state_of(d, seen, detail);
    if (state != d->state || d->frames == 1)
        say(d, MK_DROWSINESS_STATE, state);
    d->state = state;
    d->kss = kss_of(state);
    d->alarm = alarm_of(d);
    if (time - d->minute >= MK_DROWSINESS_WINDOW_MS) {
        d->minute = time;
        say(d, MK_DROWSINESS_PERCLOS, d->perclos);
        say(d, MK_DROWSINESS_BLINK_RATE, d->blink_rate);
    }
}
