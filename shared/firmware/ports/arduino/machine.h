/* What a processor must add to the Arduino API, which knows neither sleep nor watchdog nor stack. One file each. */
#ifndef MOTEKIT_ARDUINO_MACHINE_H
#define MOTEKIT_ARDUINO_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#include <motekit/post_journal.h>

/* First of all: why was there a reset? Paints the stack. */
void mk_mcu_init(void);

/* Until the next interrupt; `deep`: clocks may stop, but a byte on the serial port must wake it. */
void mk_mcu_sleep(bool deep);

/* Milliseconds that millis() has not counted because clocks stood still. */
uint32_t mk_mcu_slept_ms(void);

void mk_mcu_watchdog_start(uint32_t timeout_ms);
void mk_mcu_watchdog_feed(void);
bool mk_mcu_was_reset_by_watchdog(void);

uint32_t mk_mcu_stack_size(void);
uint32_t mk_mcu_stack_used(void);

void mk_mcu_stop(int code);

/* Two sectors of flash that nothing else uses; NULL where the port has none. */
const mk_flash *mk_mcu_flash(void);

/* ---- for sensors: what the port offers beyond hal.h ---- */

/* Seconds since start by a clock that goes on in deep sleep. */
uint32_t mk_arduino_seconds(void);

/* Whether deep sleep is out of the question, because something needs the exact clock. */
void mk_arduino_stay_awake(bool awake);

#ifdef __cplusplus
}
#endif

#endif
