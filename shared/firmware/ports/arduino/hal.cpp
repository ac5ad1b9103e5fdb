/* HAL over the Arduino API: the link is Serial. What the API does not know is in machine.h. */
#include <Arduino.h>

extern "C" {
#include <motekit/firmware.h>
#include <motekit/hal.h>
}

#include "machine.h"

#ifndef MK_SERIAL_BAUD
#define MK_SERIAL_BAUD 115200
#endif

/* after the last byte somebody may still be there, and the first byte after deep sleep is lost */
static const uint32_t LISTENING_MS = 10000;
static const uint32_t DOZE_MS = 250;

static struct {
    uint32_t heard_ms;
    bool awake;
} hal;

extern "C" {

void mk_hal_init(void)
{
    mk_mcu_init();
    Serial.begin(MK_SERIAL_BAUD);
    hal.heard_ms = millis();
}

const char *mk_hal_board(void)
{
    return MK_BOARD;
}

uint32_t mk_hal_ticks(void)
{
    return micros();
}

uint32_t mk_hal_tick_hz(void)
{
    return 1000000u;
}

uint32_t mk_hal_serial_read(uint8_t *bytes, uint32_t max)
{
    uint32_t n = 0;
    while (n < max && Serial.available() > 0)
        bytes[n++] = (uint8_t)Serial.read();
    if (n)
        hal.heard_ms = millis();
    return n;
}

void mk_hal_serial_write(const uint8_t *bytes, uint32_t n)
{
    Serial.write(bytes, n);
}

void mk_hal_sleep(void)
{
    const uint32_t now = millis();
    if (now - hal.heard_ms <= LISTENING_MS) {
        mk_mcu_sleep(false);
        return;
    }
    if (!hal.awake) {
        Serial.flush();
        mk_mcu_sleep(true);
        return;
    }
    /* the clock must run, but nobody waits for an answer: not every tick of it is worth a turn of the loop */
    while (millis() - now < DOZE_MS && Serial.available() == 0)
        mk_mcu_sleep(false);
}

void mk_hal_watchdog_start(uint32_t timeout_ms)
{
    mk_mcu_watchdog_start(timeout_ms);
}

void mk_hal_watchdog_feed(void)
{
    mk_mcu_watchdog_feed();
}

bool mk_hal_was_reset_by_watchdog(void)
{
    return mk_mcu_was_reset_by_watchdog();
}

void mk_hal_pin_write(uint8_t pin, bool high)
{
    digitalWrite(pin, high ? HIGH : LOW);
}

/* a sensor that has a light has this function (wrist.cpp) */
__attribute__((weak)) void mk_hal_light(bool)
{
}

uint32_t mk_hal_stack_size(void)
{
    return mk_mcu_stack_size();
}

uint32_t mk_hal_stack_used(void)
{
    return mk_mcu_stack_used();
}

void mk_hal_stop(int code)
{
    Serial.flush();
    mk_mcu_stop(code);
}

__attribute__((weak)) const mk_flash *mk_mcu_flash(void)
{
    return NULL;
}

uint32_t mk_arduino_seconds(void)
{
    /* whole seconds and the rest apart: the sum of the two counters would wrap after 49 days */
    static uint32_t seconds, last;
    const uint32_t now = millis() + mk_mcu_slept_ms();
    const uint32_t passed = (now - last) / 1000u;
    last += passed * 1000u;
    return seconds += passed;
}

void mk_arduino_stay_awake(bool awake)
{
    hal.awake = awake;
}
}

void setup()
{
    mk_firmware_start();
}

void loop()
{
    mk_firmware_step();
}
