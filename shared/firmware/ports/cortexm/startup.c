/* Vectors, the way from reset to the main loop, and what happens on a fault. */
#include <motekit/firmware.h>
#include <motekit/hal.h>

#include "port.h"

extern uint32_t mk_stack_bottom[], mk_stack_top[], mk_data_image[], mk_data_start[], mk_data_end[];
extern uint32_t mk_bss_start[], mk_bss_end[];

enum { FAULT_EXIT = 70 }; /* EX_SOFTWARE of sysexits.h */
enum { INTERRUPTS = 96 };

void mk_reset(void);
void mk_fault(void);
void mk_watchdog_bite(void);
void mk_trouble(const uint32_t *frame, uint32_t is_watchdog);

/* Interrupts only wake the core (PRIMASK is set): no handler of theirs is ever entered. */
__attribute__((section(".vectors"), used)) static void (*const vectors[16 + INTERRUPTS])(void) = {
    (void (*)(void))(uintptr_t)mk_stack_top, mk_reset, mk_watchdog_bite, [3 ... 15 + INTERRUPTS] = mk_fault,
};

/* In assembly the whole way: C may not touch the stack that is being painted. */
__attribute__((naked, noreturn)) void mk_reset(void)
{
    __asm volatile(".syntax unified\n" /* the compiler's own is divided on a Cortex-M0 */
                   "cpsid i\n"
                   "ldr r0, =mk_stack_bottom\n"
                   "ldr r1, =mk_stack_top\n"
                   "mov sp, r1\n"
                   "ldr r2, =%c0\n"
                   "1: str r2, [r0]\n"
                   "adds r0, #4\n"
                   "cmp r0, r1\n"
                   "blo 1b\n"
                   "bl mk_main\n"
                   "2: b 2b\n"
                   ".ltorg\n"
                   :
                   : "i"(MK_STACK_PAINT));
}

__attribute__((noreturn, used)) void mk_main(void)
{
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: coprocessors 10 and 11 on */
    __asm volatile("dsb\n isb");
#endif
    const uint32_t *from = mk_data_image;
    for (uint32_t *to = mk_data_start; to < mk_data_end;)
        *to++ = *from++;
    for (uint32_t *to = mk_bss_start; to < mk_bss_end;)
        *to++ = 0;
    mk_firmware_start();
    for (;;)
        mk_firmware_step();
}

/* The old stack may be the trouble: report from a fresh one. */
#define TROUBLE(is_watchdog)                                                                                \
    __asm volatile(".syntax unified\n"                                                                      \
                   "mov r0, sp\n"                                                                           \
                   "movs r1, #" #is_watchdog "\n"                                                           \
                   "ldr r2, =mk_stack_top\n"                                                                \
                   "mov sp, r2\n"                                                                           \
                   "bl mk_trouble\n"                                                                        \
                   "1: b 1b\n"                                                                              \
                   ".ltorg\n")

__attribute__((naked)) void mk_fault(void)
{
    TROUBLE(0);
}

/* The NMI of the watchdog's first time-out; the reset follows after the second. */
__attribute__((naked)) void mk_watchdog_bite(void)
{
    TROUBLE(1);
}

__attribute__((used)) void mk_trouble(const uint32_t *frame, uint32_t is_watchdog)
{
    static bool twice;
    if (twice)
        mk_hal_stop(FAULT_EXIT);
    twice = true;
    const bool inside = frame >= mk_stack_bottom && frame + 8 <= mk_stack_top;
    const uint32_t address = inside ? frame[6] : 0; /* the program counter, as stacked on entry */
    if (is_watchdog) {
        mk_firmware_fault(MK_ERR_STATE, address, "the watchdog was not fed");
        return;
    }
    mk_firmware_fault(MK_ERR_STATE, address, inside ? "fault" : "stack overflow");
    mk_hal_stop(FAULT_EXIT);
}
