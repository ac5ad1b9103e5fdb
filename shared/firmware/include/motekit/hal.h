/* What a port gives to the firmware. One implementation in ports/<port>; nothing else knows the machine.
 *
 * Nothing here blocks except mk_hal_serial_write (until the bytes are accepted) and mk_hal_sleep.
 */
#ifndef MOTEKIT_HAL_H
#define MOTEKIT_HAL_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Clock, serial port and stack painting. Called once, before anything else. */
void mk_hal_init(void);

/* The name of the board, as in boards/<name>.json. */
const char *mk_hal_board(void);

/* A free-running counter that wraps at 2^32, and its rate in Hz. Two reads less than one wrap apart give
 * a duration; the cortexm port must be asked at least every 2^24 ticks. */
uint32_t mk_hal_ticks(void);
uint32_t mk_hal_tick_hz(void);

/* The link's bytes. read returns how many of at most max there were, 0 if none. */
uint32_t mk_hal_serial_read(uint8_t *bytes, uint32_t max);
void mk_hal_serial_write(const uint8_t *bytes, uint32_t n);

/* Wait for an interrupt or for serial input, whichever is first. May return early. */
void mk_hal_sleep(void);

/* A machine without a watchdog ignores both. The time-out starts with start and again with every feed. */
void mk_hal_watchdog_start(uint32_t timeout_ms);
void mk_hal_watchdog_feed(void);

/* Whether the last reset was the watchdog's. */
bool mk_hal_was_reset_by_watchdog(void);

/* A digital output, by the number the board's pin header gives it. Machines without pins ignore it. */
void mk_hal_pin_write(uint8_t pin, bool high);

/* The light of an optical sensor, off while nobody measures. Machines without one ignore it. */
void mk_hal_light(bool on);

/* Bytes of stack there are, and the most that has been in use since reset; 0 where it cannot be told. */
uint32_t mk_hal_stack_size(void);
uint32_t mk_hal_stack_used(void);

/* Ends the program: an emulator or a process exits with code (0 to 255), a board resets. */
void mk_hal_stop(int code);

#ifdef __cplusplus
}
#endif

#endif
