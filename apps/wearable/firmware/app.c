/* The wrist: frames through the core a tick of 2 s at a time; what each tick says goes to the link. */
#include <motekit/app.h>
#include <motekit/post_wearable.h>

#include "app_config.h"
#include "wrist.h"

/* 0.2 s a block: short beside the 2 s that are looked at, long enough that the sensors' FIFOs are read 5 times a second.
 * Two of them bridge the 25 ms that a tick takes at 64 MHz many times over. */
enum { BLOCK = MK_APP_RATE_HZ / 5, BLOCKS = 2 };

static int16_t buffer[BLOCK * BLOCKS * MK_APP_CHANNELS];
static float memory[MK_APP_MEMORY], scratch[MK_APP_SCRATCH];
static uint8_t arena[MK_APP_ARENA] __attribute__((aligned(16)));
static mk_wearable wearable;

static mk_status init(void)
{
    return mk_wearable_init(&wearable, &mk_app_wearable, &mk_model_rhythm, arena, memory, scratch);
}

static mk_status reset(void)
{
    mk_wearable_reset(&wearable);
    return MK_OK;
}

static void tell(const mk_wearable_report *report)
{
    if (report->evidence)
        mk_out_features(report->evidence, (uint16_t)(MK_APP_STATES * sizeof *report->evidence));
    mk_out_scores(&report->scores, sizeof report->scores);
    for (uint32_t i = 0; i < report->events; i++)
        mk_out_event(report->tick, report->event[i].code, report->event[i].value);
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    mk_status status = MK_OK;
    while (n && status == MK_OK) {
        uint8_t complete;
        status = mk_wearable_next(&wearable, &frames, &n, &complete);
        if (complete)
            tell(&wearable.report);
    }
    return status;
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &mk_wrist,
    .buffer = buffer,
    .buffer_values = BLOCK * BLOCKS * MK_APP_CHANNELS,
    .block_frames = BLOCK,
    .init = init,
    .reset = reset,
    .process = process,
};
