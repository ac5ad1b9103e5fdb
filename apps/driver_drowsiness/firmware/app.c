/* Driver drowsiness: camera lines through the core's driver; an alarm output. No image leaves the device. */
#include <motekit/app.h>
#include <motekit/driver.h>
#include <motekit/hal.h>

#include "app_config.h"

#ifndef MK_PIN_WARN
#define MK_PIN_WARN 0
#endif
#ifndef MK_PIN_ALARM
#define MK_PIN_ALARM 1
#endif

/* 18 ms at 15 frames a second; looking at a frame takes 8 ms at 480 MHz */
enum { LINES = 32 };

static int16_t buffer[LINES * MK_APP_CHANNELS];
static uint8_t frame[MK_APP_WIDTH * MK_APP_HEIGHT];
/* the frame at half its size, while eyes are looked for; then the network's */
static union {
    uint8_t half[MK_APP_WIDTH * MK_APP_HEIGHT / 4];
    uint8_t arena[MK_APP_ARENA];
    uint64_t alignment[2];
} work __attribute__((aligned(16)));
static mk_driver driver;

static void on_features(void *context, const int16_t *values, uint16_t width)
{
    (void)context;
    mk_out_features(values, (uint16_t)(width * sizeof *values));
}

static void on_scores(void *context, const int8_t *scores, uint16_t count)
{
    (void)context;
    mk_out_scores(scores, count);
}

static void on_event(void *context, const mk_drowsiness_event *event)
{
    (void)context;
    mk_out_event(event->at, event->code, event->value);
}

static void on_alarm(void *context, uint8_t level)
{
    (void)context;
    mk_hal_pin_write(MK_PIN_WARN, level >= 1);
    mk_hal_pin_write(MK_PIN_ALARM, level >= 2);
}

#ifdef MK_DEBUG_IMAGES
static void on_images(void *context, const int8_t *inputs, uint16_t count)
{
    (void)context;
    mk_out_features(inputs, count);
}
#endif

static mk_status init(void)
{
    static const mk_driver_memory memory = {frame, work.half, work.arena};
    static const mk_driver_sink sink = {
        .features = on_features,
        .scores = on_scores,
        .event = on_event,
        .alarm = on_alarm,
#ifdef MK_DEBUG_IMAGES
        .images = on_images,
#endif
    };
    return mk_driver_init(&driver, &mk_app_driver, &MK_APP_MODEL, &memory, &sink);
}

static mk_status reset(void)
{
#ifdef MK_DEBUG_IMAGES
    mk_out_log("DEBUG BUILD: pictures of the driver's eyes leave this device");
#endif
    return mk_driver_reset(&driver);
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    return mk_driver_push(&driver, frames, n);
}

/* Whoever is not watched any more must know. */
static void fail_safe(mk_status why)
{
    (void)why;
    mk_hal_pin_write(MK_PIN_WARN, true);
    mk_hal_pin_write(MK_PIN_ALARM, true);
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &MK_APP_SENSOR,
    .buffer = buffer,
    .buffer_values = LINES * MK_APP_CHANNELS,
    .block_frames = 1,
    .init = init,
    .reset = reset,
    .process = process,
    .fail_safe = fail_safe,
};
