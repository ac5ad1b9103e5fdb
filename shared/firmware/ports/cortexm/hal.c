/* HAL of the emulated Cortex-M machines.
 *
 * The link is the UART, unless the emulator offers the files `link.in` and `link.out` by semihosting: QEMU
 * hands a UART one byte a turn of its main loop (30 kB/s), and a file as much as there is (40 MB/s).
 *
 * Interrupts stay masked and only wake the core from WFI. Nothing ever runs inside process that the app did
 * not call, so counted instructions are the same in every run.
 */
#include <motekit/hal.h>

#include "port.h"
#include "semihost.h"
#include "uart.h"

#define SYSTICK_CTRL (*(volatile uint32_t *)0xE000E010u)
#define SYSTICK_LOAD (*(volatile uint32_t *)0xE000E014u)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xE000E018u)
#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100u)
#define NVIC_CLEAR ((volatile uint32_t *)0xE000E280u)
enum { SYSTICK_WRAP = 0xFFFFFF, SYSTICK_ON_AT_CORE_CLOCK = 5 };
enum { INTERRUPT_WORDS = 3 };

extern uint32_t mk_stack_bottom[], mk_stack_top[];

static struct {
    int in, out; /* semihosting files, -1: use the UART */
    uint8_t rx[1024], tx[256];
    uint32_t rx_at, rx_n, tx_n;
    uint32_t ticks, last;
} hal;

void mk_hal_init(void)
{
    SYSTICK_LOAD = SYSTICK_WRAP;
    SYSTICK_VALUE = 0;
    SYSTICK_CTRL = SYSTICK_ON_AT_CORE_CLOCK;
    hal.last = SYSTICK_VALUE;
    mk_uart_init();
    for (uint32_t i = 0; i < INTERRUPT_WORDS; i++)
        NVIC_ENABLE[i] = 0xFFFFFFFFu;
    hal.in = mk_semihost_open("link.in", 7, MK_SEMIHOST_READ);
    hal.out = hal.in < 0 ? -1 : mk_semihost_open("link.out", 8, MK_SEMIHOST_WRITE);
}

const char *mk_hal_board(void)
{
    return MK_BOARD;
}

uint32_t mk_hal_ticks(void)
{
    const uint32_t now = SYSTICK_VALUE;
    hal.ticks += (hal.last - now) & SYSTICK_WRAP; /* it counts down */
    hal.last = now;
    return hal.ticks;
}

uint32_t mk_hal_tick_hz(void)
{
    return MK_TICK_HZ;
}

static void flush(void)
{
    if (hal.tx_n)
        (void)mk_semihost_write(hal.out, hal.tx, hal.tx_n);
    hal.tx_n = 0;
}

uint32_t mk_hal_serial_read(uint8_t *bytes, uint32_t max)
{
    uint32_t n = 0;
    if (hal.in < 0) {
        while (n < max && mk_uart_get(bytes + n))
            n++;
    } else {
        while (n < max && hal.rx_at < hal.rx_n)
            bytes[n++] = hal.rx[hal.rx_at++];
    }
    return n;
}

void mk_hal_serial_write(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        if (hal.out < 0) {
            mk_uart_put(bytes[i]);
            continue;
        }
        hal.tx[hal.tx_n++] = bytes[i];
        if (bytes[i] == 0 || hal.tx_n == sizeof hal.tx) /* the end of a frame */
            flush();
    }
}

void mk_hal_sleep(void)
{
    if (hal.in >= 0) {
        flush();
        if (hal.rx_at < hal.rx_n)
            return;
        hal.rx_at = 0;
        mk_watchdog_pause(true); /* the computer may take its time */
        hal.rx_n = mk_semihost_read(hal.in, hal.rx, sizeof hal.rx);
        mk_watchdog_pause(false);
        if (hal.rx_n == 0)
            mk_hal_stop(0); /* the computer has left */
        return;
    }
#ifndef MK_POLL_SENSOR /* a sensor that brings no interrupt must be looked at again and again */
    /* an interrupt that came since the last look is still pending, and WFI returns at once */
    __asm volatile("wfi");
#endif
    for (uint32_t i = 0; i < INTERRUPT_WORDS; i++)
        NVIC_CLEAR[i] = 0xFFFFFFFFu;
}

void mk_hal_pin_write(uint8_t pin, bool high)
{
    (void)pin;
    (void)high;
}

void mk_hal_light(bool on)
{
    (void)on;
}

uint32_t mk_hal_stack_size(void)
{
    return (uint32_t)((uint8_t *)mk_stack_top - (uint8_t *)mk_stack_bottom);
}

uint32_t mk_hal_stack_used(void)
{
    const uint32_t *word = mk_stack_bottom;
    while (word < mk_stack_top && *word == MK_STACK_PAINT)
        word++;
    return (uint32_t)((uint8_t *)mk_stack_top - (const uint8_t *)word);
}

void mk_hal_stop(int code)
{
    if (hal.out >= 0)
        flush();
    mk_semihost_exit(code);
}
