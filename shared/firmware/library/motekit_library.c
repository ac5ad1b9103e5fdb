#include "motekit_library.h"

#include <motekit/app.h>
#include <motekit/hal.h>

#include <string.h>

#ifdef ARDUINO
#include <Arduino.h>
#endif

static const mk_listener *listen_to;
static mk_status state = MK_ERR_STATE;
static uint32_t waiting; /* values in the app's buffer */

mk_status mk_library_begin(const mk_listener *listener)
{
    if (!listener)
        return MK_ERR_ARG;
    listen_to = listener;
    waiting = 0;
    state = mk_application.init();
    if (state == MK_OK)
        state = mk_application.reset();
    return state;
}

mk_status mk_library_flush(void)
{
    if (state == MK_OK && waiting) {
        state = mk_application.process(mk_application.buffer, waiting / mk_application.sensor->channels);
        waiting = 0;
        if (state != MK_OK && mk_application.fail_safe)
            mk_application.fail_safe(state);
    }
    return state;
}

mk_status mk_library_push(const int16_t *frames, uint32_t n)
{
    const uint32_t channels = mk_application.sensor->channels;
    const uint32_t block = mk_application.block_frames * channels;
    uint32_t left = n * channels;
    while (left && state == MK_OK) {
        const uint32_t room = block - waiting;
        const uint32_t taken = left < room ? left : room;
        memcpy(mk_application.buffer + waiting, frames, taken * sizeof *frames);
        frames += taken;
        left -= taken;
        waiting += taken;
        if (waiting == block)
            (void)mk_library_flush();
    }
    return state;
}

void mk_out_features(const void *row, uint16_t bytes)
{
    if (listen_to->features)
        listen_to->features(row, bytes);
}

void mk_out_scores(const void *scores, uint16_t bytes)
{
    if (listen_to->scores)
        listen_to->scores(scores, bytes);
}

void mk_out_event(uint32_t at, uint16_t code, int32_t value)
{
    if (listen_to->event)
        listen_to->event(at, code, value);
}

void mk_out_log(const char *text)
{
    if (listen_to->log)
        listen_to->log(text);
}

/* a sketch that shows an app's menu defines its own */
__attribute__((weak)) void mk_hal_serial_write(const uint8_t *bytes, uint32_t n)
{
    (void)bytes;
    (void)n;
}

/* a sketch that has a pulse sensor defines its own */
__attribute__((weak)) void mk_hal_light(bool on)
{
    (void)on;
}

void mk_hal_pin_write(uint8_t pin, bool high)
{
#ifdef ARDUINO
    pinMode(pin, OUTPUT);
    digitalWrite(pin, high ? HIGH : LOW);
#else
    (void)pin;
    (void)high;
#endif
}
