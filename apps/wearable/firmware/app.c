/* The wrist: frames through the core a tick of 2 s at a time; what each tick says goes to the link. */
#include <motekit/app.h>
#include <motekit/hal.h>
#include <motekit/post_body.h>
#include <motekit/post_wearable.h>

#include "app_config.h"
#include "body_tables.h"

/* 0.2 s a block: short beside the 2 s that are looked at, long enough that the sensors' FIFOs are read 5 times a second.
 * Two of them bridge the 25 ms that a tick takes at 64 MHz many times over. */
enum { BLOCK = MK_APP_RATE_HZ / 5, BLOCKS = 2 };

static int16_t buffer[BLOCK * BLOCKS * MK_APP_CHANNELS];
static float memory[MK_APP_MEMORY], body_memory[MK_APP_BODY_MEMORY];
/* both halves', one after the other; neither keeps anything in it from tick to tick */
static float scratch[MK_APP_SCRATCH > MK_BODY_SCRATCH ? MK_APP_SCRATCH : MK_BODY_SCRATCH];
static uint8_t arena[MK_APP_ARENA] __attribute__((aligned(16)));
static mk_wearable wearable;
static mk_body body;
static uint8_t lit;

enum { EVENT_ACTIVITY = 3, EVENT_STEPS = 6, EVENT_FALL = 7, EVENT_SLEEP = 8 };
/* of a night that is over: minutes since its onset, minutes asleep, times awake, thousandths of it asleep */
enum { EVENT_ONSET = 10, EVENT_ASLEEP = 11, EVENT_AWAKENINGS = 12, EVENT_EFFICIENCY = 13 };
enum { TICKS_A_MINUTE = 30 };

/* One tick over the link: little endian, no gaps. */
typedef struct {
    mk_wearable_scores heart;
    float belief, cadence, regularity;
    uint32_t steps; /* 1/256 */
    int8_t scores[8];
    uint8_t label, best, valid, falls;
    uint8_t sleep; /* 4 + by Cole and Kripke + 2 x by Sadeh, where a minute was judged */
    uint8_t minute, changed, zero;
    uint32_t counts[3];
} tick_record;

/* The pulse sensor's light costs more than everything else. */
static void switch_light(void)
{
    const uint8_t on = mk_wearable_light(&wearable);
    if (on != lit)
        mk_hal_light(on);
    lit = on;
}

static mk_status init(void)
{
    /* sensors start with their light on */
    lit = 1;
    const mk_status status =
        mk_wearable_init(&wearable, &mk_app_wearable, &mk_model_rhythm, arena, memory, scratch);
    return status ? status : mk_body_init(&body, &mk_app_body, MK_APP_ACTIVITY, arena, body_memory);
}

static mk_status reset(void)
{
    mk_wearable_reset(&wearable);
    mk_body_reset(&body);
    switch_light();
    return MK_OK;
}

static void fill(tick_record *record, const mk_body_report *report)
{
    record->belief = report->belief;
    record->cadence = report->cadence;
    record->regularity = report->regularity;
    record->steps = report->steps;
    for (uint32_t i = 0; i < MK_APP_ACTIVITIES; i++)
        record->scores[i] = report->scores[i];
    record->label = report->label;
    record->best = report->best;
    record->valid = report->valid;
    record->falls = report->falls;
    if (report->sleep.valid)
        record->sleep = (uint8_t)(4u + (report->sleep.asleep[0] != 0) + 2u * (report->sleep.asleep[1] != 0));
    record->minute = report->minute;
    record->changed = report->changed;
    for (uint32_t i = 0; report->minute && i < 3; i++)
        record->counts[i] = report->counts[i];
}

static void tell_events(const mk_wearable_report *heart, const mk_body_report *motion)
{
    const uint32_t at = heart->tick;
    for (uint32_t i = 0; i < heart->events; i++)
        mk_out_event(at, heart->event[i].code, heart->event[i].value);
    if (motion->changed)
        mk_out_event(at, EVENT_ACTIVITY, motion->label);
    if (motion->minute)
        mk_out_event(at, EVENT_STEPS, (int32_t)(motion->steps / 256u));
    if (motion->falls)
        mk_out_event(at, EVENT_FALL, motion->falls);
    if (motion->sleep.valid)
        mk_out_event(at, EVENT_SLEEP, (motion->sleep.asleep[0] != 0) + 2 * (motion->sleep.asleep[1] != 0));
    if (motion->night_over) {
        const mk_sleep_summary *const night = &motion->night;
        mk_out_event(at, EVENT_ONSET, (int32_t)((at + 1u) / TICKS_A_MINUTE - night->onset));
        mk_out_event(at, EVENT_ASLEEP, (int32_t)night->asleep);
        mk_out_event(at, EVENT_AWAKENINGS, (int32_t)night->awakenings);
        mk_out_event(at, EVENT_EFFICIENCY, (int32_t)(night->efficiency * 1000.0f + 0.5f));
    }
}

static mk_status tick(void)
{
    const mk_wearable_report *const report = &wearable.report;
    const uint8_t *const quality = report->scores.quality;
    /* the evidence lies in the scratch, which the body needs next */
    if (report->evidence)
        mk_out_features(report->evidence, (uint16_t)(MK_APP_STATES * sizeof *report->evidence));
    mk_body_report motion;
    const mk_quality lost = (mk_quality)((quality[2] | quality[3] | quality[4]) & ~MK_QUALITY_SATURATED);
    const mk_status status = mk_body_tick(&body, lost, scratch, &motion);
    tick_record record = {.heart = report->scores};
    fill(&record, &motion);
    mk_out_scores(&record, sizeof record);
    tell_events(report, &motion);
    return status;
}

static mk_status take(const int16_t *frames, uint32_t n)
{
    mk_status status = MK_OK;
    while (n && status == MK_OK) {
        uint8_t complete;
        status = mk_wearable_next(&wearable, &frames, &n, &complete);
        mk_body_push(&body, wearable.motion, wearable.motion_pitch, wearable.motion_count);
        if (complete && status == MK_OK) {
            status = tick();
            switch_light();
        }
    }
    return status;
}

/* Samples were lost: said from wherever it is noticed, taken note of before the next ones. */
static volatile uint8_t overrun;

static void fail_safe(mk_status why)
{
    if (why == MK_ERR_OVERRUN)
        overrun = 1;
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    mk_status status = MK_OK;
    if (overrun) {
        int16_t missing[MK_APP_CHANNELS];
        for (uint32_t i = 0; i < MK_APP_CHANNELS; i++)
            missing[i] = MK_CHANNEL_MISSING;
        overrun = 0;
        status = take(missing, 1);
    }
    return status == MK_OK ? take(frames, n) : status;
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &MK_APP_SENSOR,
    .buffer = buffer,
    .buffer_values = BLOCK * BLOCKS * MK_APP_CHANNELS,
    .block_frames = BLOCK,
    .init = init,
    .reset = reset,
    .process = process,
    .fail_safe = fail_safe,
};
