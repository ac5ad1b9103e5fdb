/* Start-up of a bare Cortex-M image that an emulator runs: vectors, memory, coprocessors, painted stack. */
#include <stdint.h>

#include "semihost.h"

extern uint32_t bench_data_load[], bench_data_start[], bench_data_end[], bench_bss_start[], bench_bss_end[];
extern uint32_t bench_stack_bottom[], bench_stack_top[];
int main(void);

static void fault(void)
{
    mk_semihost_exit(13);
}

__attribute__((noreturn, used)) static void start(void)
{
    const uint32_t *from = bench_data_load;
    for (uint32_t *to = bench_data_start; to < bench_data_end;)
        *to++ = *from++;
    for (uint32_t *to = bench_bss_start; to < bench_bss_end;)
        *to++ = 0;
    mk_semihost_exit(main());
}

/* Naked: the stack below the top is painted before any C uses it. */
__attribute__((noreturn, naked, used)) static void reset(void)
{
    __asm__ volatile(
        ".syntax unified\n"
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
        "ldr r0, =0xE000ED88\n" /* CPACR: coprocessors 10 and 11, the FPU and Helium */
        "ldr r1, =0x00F00000\n"
        "str r1, [r0]\n"
        "dsb\n"
        "isb\n"
#endif
        "ldr r0, =bench_stack_bottom\n"
        "ldr r1, =bench_stack_top\n"
        "ldr r2, =0xC5C5C5C5\n"
        "0: str r2, [r0]\n"
        "adds r0, #4\n"
        "cmp r0, r1\n"
        "bne 0b\n"
        "bl start\n"
        ".ltorg\n");
}

typedef void (*vector)(void);

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    (vector)bench_stack_top, reset, fault, fault, fault, fault, fault, fault,
    fault, fault, fault, fault, fault, fault, fault, fault,
};
