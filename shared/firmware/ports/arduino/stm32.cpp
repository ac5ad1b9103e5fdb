/* STM32 under stm32duino: sleep until the next interrupt, the independent watchdog, a painted stack. */
#ifdef ARDUINO_ARCH_STM32

#include <Arduino.h>

#include "machine.h"

extern "C" char _estack; /* of the linker script: the end of RAM */
extern "C" char _end;    /* of the program's data: the heap begins */

static const uint32_t PAINT = 0xC5C5C5C5u;
/* as far down as the stack is watched: the heap is below */
static const uint32_t WATCHED = 8192;

static bool by_watchdog;

static uint32_t *lowest(void)
{
    const uintptr_t end = (uintptr_t)&_estack;
    const uintptr_t least = ((uintptr_t)&_end + 3u) & ~(uintptr_t)3u;
    return (uint32_t *)(end - WATCHED > least ? end - WATCHED : least);
}

extern "C" {

void mk_mcu_init(void)
{
    by_watchdog = __HAL_RCC_GET_FLAG(RCC_FLAG_IWDGRST) != 0;
    __HAL_RCC_CLEAR_RESET_FLAGS();
    /* what is below this function's own frame, and a little room for an interrupt */
    const uintptr_t here = (uintptr_t)__builtin_frame_address(0) - 256u;
    for (volatile uint32_t *p = lowest(); (uintptr_t)p < here; p++)
        *p = PAINT;
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* stop mode would lose samples that a timer or a part's interrupt brings: sleep wakes in a millisecond */
    __WFI();
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    /* 32 kHz / 256: 8 ms a step, 12 bits */
    uint32_t steps = timeout_ms / 8u;
    steps = steps > 0xFFFu ? 0xFFFu : steps;
    IWDG->KR = 0xCCCCu;
    IWDG->KR = 0x5555u;
    IWDG->PR = 6;
    IWDG->RLR = steps;
    IWDG->KR = 0xAAAAu;
}

void mk_mcu_watchdog_feed(void)
{
    IWDG->KR = 0xAAAAu;
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return by_watchdog;
}

uint32_t mk_mcu_stack_size(void)
{
    return (uint32_t)((uintptr_t)&_estack - (uintptr_t)lowest());
}

uint32_t mk_mcu_stack_used(void)
{
    const uint32_t *p = lowest();
    while (p < (const uint32_t *)&_estack && *p == PAINT)
        p++;
    return (uint32_t)((uintptr_t)&_estack - (uintptr_t)p);
}

void mk_mcu_stop(int code)
{
    (void)code;
    NVIC_SystemReset();
}
}

#endif
