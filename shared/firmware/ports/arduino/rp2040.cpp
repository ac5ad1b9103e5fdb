/* RP2040 under the Earle Philhower core or the mbed core. */
#ifdef ARDUINO_ARCH_RP2040

#include <Arduino.h>
#include <hardware/watchdog.h>

#include "machine.h"

extern "C" {

void mk_mcu_init(void)
{
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* dormant mode would stop PIO and DMA, which bring the samples */
    delayMicroseconds(200);
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    watchdog_enable(timeout_ms < 8300u ? timeout_ms : 8300u, true);
}

void mk_mcu_watchdog_feed(void)
{
    watchdog_update();
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return watchdog_caused_reboot();
}

uint32_t mk_mcu_stack_size(void)
{
    return 0; /* the two cores place it differently */
}

uint32_t mk_mcu_stack_used(void)
{
    return 0;
}

void mk_mcu_stop(int code)
{
    (void)code;
    watchdog_reboot(0, 0, 0);
    for (;;) {
    }
}
}

#endif
