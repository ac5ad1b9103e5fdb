/* The whole firmware with the test app, on a HAL that reads noise, frames and harmed frames.
 * Run under -fsanitize=address,undefined; argument: number of rounds. */
#include <motekit/firmware.h>
#include <motekit/hal.h>
#include <motekit/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0xD1B54A32D192ED03u;
static long rounds = 1000;
static uint8_t wire[1 << 16];
static uint32_t wire_at, wire_n, ticks;
static uint64_t written;
static mk_link maker;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static void capture(void *context, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    if (wire_n + n <= sizeof wire) {
        memcpy(wire + wire_n, bytes, n);
        wire_n += n;
    }
}

static void ignore(void *context, uint8_t type, const uint8_t *payload, uint16_t n)
{
    (void)context;
    (void)type;
    (void)payload;
    (void)n;
}

static void give_up(void *context)
{
    ((mk_link *)context)->open = false;
}

/* A talk as a computer might have it, or might not. */
static void next_talk(void)
{
    static uint32_t session, position;
    uint8_t payload[MK_LINK_PAYLOAD];
    wire_at = wire_n = 0;
    if (rounds-- <= 0) {
        printf("%llu bytes written\n", (unsigned long long)written);
        exit(written > 300000 ? 0 : 2);
    }
    maker.open = true;
    for (uint32_t frames = 1u + draw(6); frames; frames--) {
        const uint32_t what = draw(12);
        memset(payload, 0, sizeof payload);
        if (what == 0) {
            session++;
            position = 0;
            mk_link_restart(&maker);
            memcpy(payload, &session, 4);
            (void)mk_link_send(&maker, MK_LINK_HELLO, payload, 4, NULL, 0);
        } else if (what == 1) {
            position = 0;
            payload[0] = (uint8_t)draw(3);
            payload[1] = (uint8_t)draw(256);
            payload[2] = (uint8_t)(draw(8) == 0);
            (void)mk_link_send(&maker, MK_LINK_START, payload, (uint16_t)draw(5), NULL, 0);
        } else if (what == 2) {
            (void)mk_link_send(&maker, MK_LINK_END, payload, 4, NULL, 0);
        } else if (what == 3) {
            payload[0] = (uint8_t)draw(256);
            /* acknowledge whatever was sent, so that nobody waits for ever */
            maker.rx_next = (uint16_t)(maker.rx_next + draw(40));
            (void)mk_link_send(&maker, MK_LINK_ACK, payload, (uint16_t)draw(3), NULL, 0);
        } else {
            const uint16_t values = (uint16_t)draw((MK_LINK_PAYLOAD - 4u) / 2u + 1u);
            memcpy(payload, &position, 4);
            for (uint32_t i = 4; i < 4u + 2u * values; i++)
                payload[i] = (uint8_t)draw(100); /* none of the samples that make the test app fail */
            position += values;
            (void)mk_link_send(&maker, MK_LINK_SAMPLES, payload, (uint16_t)(4 + 2 * values), NULL, 0);
        }
    }
    if (draw(3) == 0 && wire_n > 1) {
        const uint32_t at = draw(wire_n - 1u);
        if (draw(2))
            wire[at] ^= (uint8_t)(1u + draw(255));
        else
            memmove(wire + at, wire + at + 1, --wire_n - at);
    }
}

void mk_hal_init(void)
{
}

const char *mk_hal_board(void)
{
    return "fuzz";
}

uint32_t mk_hal_ticks(void)
{
    return ticks += draw(1000);
}

uint32_t mk_hal_tick_hz(void)
{
    return 1000000u;
}

uint32_t mk_hal_serial_read(uint8_t *bytes, uint32_t max)
{
    uint32_t n = wire_n - wire_at;
    n = n < max ? n : max;
    memcpy(bytes, wire + wire_at, n);
    wire_at += n;
    return n;
}

void mk_hal_serial_write(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        written += bytes[i] != 0; /* every byte must be readable */
}

void mk_hal_sleep(void)
{
    next_talk();
}

void mk_hal_watchdog_start(uint32_t timeout_ms)
{
    (void)timeout_ms;
}

void mk_hal_watchdog_feed(void)
{
}

bool mk_hal_was_reset_by_watchdog(void)
{
    return draw(2);
}

void mk_hal_pin_write(uint8_t pin, bool high)
{
    (void)pin;
    (void)high;
}

uint32_t mk_hal_stack_size(void)
{
    return 0;
}

uint32_t mk_hal_stack_used(void)
{
    return 0;
}

void mk_hal_stop(int code)
{
    (void)code;
}

int main(int argc, char **argv)
{
    const mk_link_io io = {&maker, capture, ignore, give_up};
    if (argc > 1)
        rounds = atol(argv[1]);
    if (mk_link_init(&maker, &io) != MK_OK)
        return 1;
    mk_firmware_start();
    for (;;)
        mk_firmware_step();
}
