/* ATmega328P and its kin: power-down between watchdog interrupts, a watchdog that resets, a painted stack.
 *
 * The watchdog runs in its interrupt-and-reset mode: an interrupt that comes in sleep is the alarm clock and is armed
 * again with the next feed; one that comes while the program runs means that it hangs: actuators go to their safe
 * state there and then, and the reset follows.
 */
#ifdef __AVR__

#include <Arduino.h>
#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>

extern "C" {
#include <motekit/app.h>
#include <motekit/hal.h>
}

#include "machine.h"

static const uint8_t PAINT = 0xC5;
static const uint16_t LONGEST_MS = 8192; /* at the oscillator's nominal 128 kHz */

extern uint8_t __heap_start;

static uint8_t reset_cause __attribute__((section(".noinit")));
static volatile bool sleeping, rang, called;
static uint32_t slept_ms;
static uint16_t period_ms = LONGEST_MS;
static bool started;

/* before main: the watchdog of the life before would bite again at once */
extern "C" void mk_avr_early(void) __attribute__((naked, used, section(".init3")));
void mk_avr_early(void)
{
    reset_cause = MCUSR;
    MCUSR = 0;
    wdt_disable();
    for (uint8_t *p = &__heap_start; p < (uint8_t *)SP; p++)
        *p = PAINT;
}

ISR(WDT_vect)
{
    if (sleeping) {
        rang = true;
        return;
    }
    if (started && mk_application.fail_safe)
        mk_application.fail_safe(MK_ERR_STATE);
    if (started)
        for (;;) /* the reset comes */
            ;
    rang = true;
}

/* A pin of port D has changed. An app that watches one defines this; true: it was its pin, and no reason to wake. The
 * serial port's is high again by the time the clock runs. */
extern "C" bool mk_avr_pins(uint8_t port_d) __attribute__((weak));
bool mk_avr_pins(uint8_t port_d)
{
    (void)port_d;
    return false;
}

ISR(PCINT2_vect)
{
    if (!mk_avr_pins(PIND))
        called = true;
}

static void watchdog(uint8_t mode)
{
    const uint8_t status = SREG;
    cli();
    wdt_reset();
    WDTCSR = _BV(WDCE) | _BV(WDE);
    WDTCSR = mode;
    SREG = status;
}

extern "C" {

void mk_mcu_init(void)
{
    /* how long the watchdog's 16 ms are by the crystal: its own oscillator is off by a tenth and more */
    rang = false;
    watchdog(_BV(WDIE));
    const uint32_t from = micros();
    while (!rang)
        ;
    const uint32_t took = micros() - from;
    if (took > 8000u && took < 32000u)
        period_ms = (uint16_t)((took * (LONGEST_MS / 16u) + 500u) / 1000u);
    wdt_disable();
    /* a byte must wake it from power-down */
    PCMSK2 |= _BV(PCINT16);
    PCICR |= _BV(PCIE2);
    ADCSRA &= (uint8_t)~_BV(ADEN);
    /* Arduino starts the timers of its PWM, which nothing here uses */
    TCCR1B = 0;
    TCCR2B = 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    (void)timeout_ms; /* the longest there is: it is the alarm clock as well */
    started = true;
    watchdog(_BV(WDIF) | _BV(WDIE) | _BV(WDE) | _BV(WDP3) | _BV(WDP0));
}

void mk_mcu_watchdog_feed(void)
{
    wdt_reset();
    if (started)
        WDTCSR |= _BV(WDIE);
}

void mk_mcu_sleep(bool deep)
{
    set_sleep_mode(deep ? SLEEP_MODE_PWR_DOWN : SLEEP_MODE_IDLE);
    cli();
    sleeping = true;
    /* millis() stands still in power-down, in an emulator too */
    const uint8_t timer0 = TCCR0B;
    if (deep)
        TCCR0B = 0;
    rang = called = false;
    do {
        cli();
        sleep_enable();
#ifdef sleep_bod_disable
        if (deep)
            sleep_bod_disable();
#endif
        sei();
        sleep_cpu();
        sleep_disable();
        /* a pin of the app's, not the serial port's: sleep on, so that the alarm stays a measure of time */
    } while (deep && !rang && !called);
    TCCR0B = timer0;
    sei();
    sleeping = false;
    if (deep)
        slept_ms += rang ? period_ms : period_ms / 2u; /* a byte: somewhere in between */
}

uint32_t mk_mcu_slept_ms(void)
{
    return slept_ms;
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return reset_cause & _BV(WDRF);
}

uint32_t mk_mcu_stack_size(void)
{
    return (uint32_t)(RAMEND - (uint16_t)&__heap_start) + 1u;
}

uint32_t mk_mcu_stack_used(void)
{
    const uint8_t *p = &__heap_start;
    while (p <= (const uint8_t *)RAMEND && *p == PAINT)
        p++;
    return (uint32_t)(RAMEND - (uint16_t)p) + 1u;
}

void mk_mcu_stop(int code)
{
    (void)code;
    cli();
    /* a board starts anew; an emulator has seen interrupts off and sleep, and ends */
    watchdog(_BV(WDE));
    sleep_enable();
    sleep_cpu();
    for (;;)
        ;
}
}

#endif
