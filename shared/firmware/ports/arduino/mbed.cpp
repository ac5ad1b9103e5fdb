/* Arduino's mbed core on other processors than nRF52840 and RP2040 (Nicla Vision's STM32H747). */
#if defined(ARDUINO_ARCH_MBED) && !defined(ARDUINO_ARCH_NRF52840) && !defined(ARDUINO_ARCH_RP2040)

#include <Arduino.h>
#include <drivers/ResetReason.h>
#include <drivers/Watchdog.h>

#include "machine.h"

extern "C" {

void mk_mcu_init(void)
{
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* the RTOS's idle thread sleeps */
    delay(1);
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    mbed::Watchdog &watchdog = mbed::Watchdog::get_instance();
    const uint32_t longest = watchdog.get_max_timeout();
    watchdog.start(timeout_ms < longest ? timeout_ms : longest);
}

void mk_mcu_watchdog_feed(void)
{
    mbed::Watchdog::get_instance().kick();
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return mbed::ResetReason::get() == RESET_REASON_WATCHDOG;
}

uint32_t mk_mcu_stack_size(void)
{
    return 0; /* of the RTOS's thread: it does not tell */
}

uint32_t mk_mcu_stack_used(void)
{
    return 0;
}

void mk_mcu_stop(int code)
{
    (void)code;
    NVIC_SystemReset();
}
}

#endif
