/* CMSDK APB watchdog (Arm DDI 0479D, 4.5): after one time-out an NMI, after another the reset. */
#include <motekit/hal.h>

#include "port.h"

#ifdef MK_WATCHDOG_BASE

#define WATCHDOG ((volatile uint32_t *)MK_WATCHDOG_BASE)
enum { LOAD = 0, CONTROL = 2, CLEAR = 3, LOCK = 0xC00 / 4 };
enum { NMI_AND_RESET = 3, UNLOCK = 0x1ACCE551 };
#define ARMED 0x57A7C4D0u

/* survives a reset: start-up does not clear it */
static volatile uint32_t armed __attribute__((section(".noinit")));
static bool looked, was_armed;

void mk_hal_watchdog_start(uint32_t timeout_ms)
{
    WATCHDOG[LOCK] = UNLOCK;
    WATCHDOG[LOAD] = (uint32_t)((uint64_t)timeout_ms * MK_TICK_HZ / 1000u);
    WATCHDOG[CONTROL] = NMI_AND_RESET;
    armed = ARMED;
}

void mk_hal_watchdog_feed(void)
{
    WATCHDOG[CLEAR] = 1;
}

bool mk_hal_was_reset_by_watchdog(void)
{
    if (!looked) { /* later it is armed by this run */
        was_armed = armed == ARMED;
        armed = 0;
    }
    looked = true;
    return was_armed;
}

void mk_watchdog_pause(bool pause)
{
    if (armed != ARMED)
        return;
    WATCHDOG[CONTROL] = pause ? 0 : NMI_AND_RESET;
    WATCHDOG[CLEAR] = 1;
}

#else

void mk_hal_watchdog_start(uint32_t timeout_ms)
{
    (void)timeout_ms;
}

void mk_hal_watchdog_feed(void)
{
}

bool mk_hal_was_reset_by_watchdog(void)
{
    return false;
}

void mk_watchdog_pause(bool pause)
{
    (void)pause;
}

#endif
