/* One compiled model on an ATmega328P: inputs from a generator that the test has too, outputs as hexadecimal. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdint.h>

#include "tiny_model.h"

static uint8_t arena[MK_MODEL_TINY_ARENA] __attribute__((aligned(16)));

static void put(char c)
{
    while (!(UCSR0A & _BV(UDRE0)))
        ;
    UDR0 = (uint8_t)c;
}

static void put_hex(uint8_t byte)
{
    put("0123456789abcdef"[byte >> 4]);
    put("0123456789abcdef"[byte & 15]);
}

int main(void)
{
    uint32_t seed = 1;
    UCSR0B = _BV(TXEN0);
    mk_status status = mk_model_tiny.init(arena);
    for (uint8_t trial = 0; trial < 3; trial++) {
        for (uint8_t i = 0; i < mk_model_tiny.inputs; i++) {
            const MK_FLASH mk_tensor_info *const info = &mk_model_tiny.input[i];
            for (uint32_t k = 0; k < info->bytes; k++) {
                seed = seed * 1664525u + 1013904223u;
                arena[info->offset + k] = (uint8_t)(seed >> 24);
            }
        }
        if (status == MK_OK)
            status = mk_model_tiny.invoke(arena);
        put('=');
        put_hex((uint8_t)status);
        for (uint8_t i = 0; i < mk_model_tiny.outputs; i++) {
            const MK_FLASH mk_tensor_info *const info = &mk_model_tiny.output[i];
            for (uint32_t k = 0; k < info->bytes; k++) {
                if (k % 32u == 0) {
                    /* simavr cuts long lines */
                    put('\n');
                    put('+');
                }
                put_hex(arena[info->offset + k]);
            }
        }
        put('\n');
    }
    put('.');
    put('\n');
    while (!(UCSR0A & _BV(TXC0)))
        ;
    /* simavr ends when the core sleeps with interrupts off */
    cli();
    sleep_enable();
    sleep_cpu();
    return 0;
}
