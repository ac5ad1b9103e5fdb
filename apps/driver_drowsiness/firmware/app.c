/* Driver drowsiness: camera lines through the core's driver; an alarm output. No image leaves the device. */
#include <motekit/app.h>
#include <motekit/driver.h>
#include <motekit/hal.h>

#include <string.h>

#include "app_config.h"
#include "flash.h"

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
static mk_journal journal;
static bool keeps;

/* of what the journal keeps: count up when mk_driver_mount changes */
enum { MOUNT_SCHEMA = 1 };

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

/* What a calibration has found outlives a reset where the board has flash for it, see flash.c. */
static void load_mount(void)
{
    const mk_flash *const flash = driver_flash();
    keeps = flash && mk_journal_init(&journal, flash, sizeof(mk_driver_mount), MOUNT_SCHEMA) == MK_OK;
    const uint8_t *const kept = keeps ? mk_journal_load(&journal) : NULL;
    mk_driver_mount mount;
    if (!kept)
        return;
    memcpy(&mount, kept, sizeof mount);
    /* of another camera: calibrate again */
    (void)mk_driver_remember(&driver, &mount);
}

static void save_mount(void)
{
    static const mk_driver_mount none = {{0, 0, 0, 0}, {0}};
    if (keeps)
        keeps = mk_journal_save(&journal, (const uint8_t *)(driver.mounted ? &driver.mount : &none)) == MK_OK;
}

static void say(const char *text)
{
    mk_hal_serial_write((const uint8_t *)text, (uint32_t)strlen(text));
}

static void say_number(int32_t value)
{
    char digits[12];
    uint32_t n = sizeof digits, rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    digits[--n] = 0;
    do
        digits[--n] = (char)('0' + rest % 10u);
    while ((rest /= 10u) > 0);
    if (value < 0)
        digits[--n] = '-';
    say(digits + n);
    say(" ");
}

/* The next number of a line; -1: there is none. */
static int32_t number(const char **text)
{
    while (**text == ' ')
        (*text)++;
    if (**text < '0' || **text > '9')
        return -1;
    int32_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        value = value > 999 ? 9999 : value * 10 + (**text - '0');
    return value;
}

/* Numbers, if any, are middle and distance of the eyes. */
static mk_status calibrate(const char *text)
{
    const int32_t x = number(&text), y = number(&text), distance = number(&text);
    const mk_eyes_place place = {x * 256, y * 256, distance * 128, 0};
    return x < 0 ? mk_driver_calibrate(&driver, NULL) : mk_driver_calibrate(&driver, &place);
}

/* The serial menu: 115200 baud, a line a command.
 *
 *   c [X Y D]   calibrate: the driver sits as he will drive and looks ahead for a second, the middle between his eyes at
 *               X, Y of the picture and D apart, in pixels; without numbers where app.toml says
 *   e           where the eyes are expected: X, Y and D; then "own" with a calibration, else "general"
 *   w           forget the calibration: what app.toml says instead
 */
static void line(char *text)
{
    const mk_eyes_place *const p = &driver.eyes.expected;
    switch (text[0]) {
    case 'c':
        say(calibrate(text + 1) == MK_OK ? "look ahead\r\n" : "no eyes can be there\r\n");
        break;
    case 'e':
        say_number(p->x >> 8);
        say_number(p->y >> 8);
        say_number(p->dx >> 7);
        say(driver.wanted ? "calibrating\r\n" : driver.mounted ? "own\r\n" : "general\r\n");
        break;
    case 'w':
        (void)mk_driver_remember(&driver, NULL);
        save_mount();
        say(keeps ? "ok\r\n" : "ok, until the next reset\r\n");
        break;
    default:
        say("c [X Y D] calibrate, e eyes, w forget\r\n");
    }
}

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
    const mk_status status = mk_driver_init(&driver, &mk_app_driver, &MK_APP_MODEL, &memory, &sink);
    if (status == MK_OK)
        load_mount();
    return status;
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
    const uint8_t wanted = driver.wanted;
    const mk_status status = mk_driver_push(&driver, frames, n);
    if (wanted > 0 && driver.wanted == 0 && driver.mounted) {
        save_mount();
        mk_out_log(keeps ? "calibrated, and kept" : "calibrated, until the next reset");
    }
    return status;
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
    .line = line,
};
