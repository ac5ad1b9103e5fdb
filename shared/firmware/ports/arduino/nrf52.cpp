/* nRF52840 under the mbed core or Adafruit's: waits for events, the watchdog peripheral, a painted stack. */
#if defined(ARDUINO_ARCH_NRF52840) || defined(ARDUINO_ARCH_NRF52) || defined(NRF52_SERIES)

#include <Arduino.h>
#include <nrf.h>

#include "machine.h"

static uint32_t reset_cause;

extern "C" {

void mk_mcu_init(void)
{
    reset_cause = NRF_POWER->RESETREAS;
    NRF_POWER->RESETREAS = reset_cause; /* written ones clear */
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* both cores run an RTOS, whose idle task waits for events with the clocks off */
    delay(1);
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    if (NRF_WDT->RUNSTATUS)
        return; /* it cannot be changed once it runs */
    NRF_WDT->CONFIG = WDT_CONFIG_SLEEP_Run << WDT_CONFIG_SLEEP_Pos;
    NRF_WDT->CRV = (uint32_t)((uint64_t)timeout_ms * 32768u / 1000u);
    NRF_WDT->RREN = WDT_RREN_RR0_Enabled << WDT_RREN_RR0_Pos;
    NRF_WDT->TASKS_START = 1;
}

void mk_mcu_watchdog_feed(void)
{
    NRF_WDT->RR[0] = WDT_RR_RR_Reload;
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return reset_cause & POWER_RESETREAS_DOG_Msk;
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
