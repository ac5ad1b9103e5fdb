/* Feeds the board's end of the link with noise, with frames, and with frames that were harmed.
 * Run under -fsanitize=address,undefined; argument: number of rounds. */
#include <motekit/link.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 0x9E3779B97F4A7C15u;

static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 32) % below;
}

static mk_link link, maker;
static uint8_t wire[1 << 20];
static uint32_t wire_n;
static uint64_t written, handled, checksum;

static void count(void *context, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    (void)bytes;
    written += n;
}

static void capture(void *context, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    if (wire_n + n <= sizeof wire) {
        memcpy(wire + wire_n, bytes, n);
        wire_n += n;
    }
}

static void handle(void *context, uint8_t type, const uint8_t *payload, uint16_t n)
{
    (void)context;
    handled++;
    checksum += type;
    for (uint16_t i = 0; i < n; i++) /* every byte given must be readable */
        checksum += payload[i];
    if (n > MK_LINK_PAYLOAD)
        abort();
}

static void nobody(void *context)
{
    ((mk_link *)context)->open = false;
}

int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? atol(argv[1]) : 1000;
    const mk_link_io io = {&link, count, handle, nobody};
    const mk_link_io making = {&maker, capture, handle, nobody};
    static uint8_t payload[MK_LINK_PAYLOAD];
    if (mk_link_init(&link, &io) != MK_OK || mk_link_init(&maker, &making) != MK_OK)
        return 1;
    for (long round = 0; round < rounds; round++) {
        wire_n = 0;
        for (uint32_t frames = draw(12); frames; frames--) {
            const uint16_t n = (uint16_t)draw(MK_LINK_PAYLOAD + 1u);
            for (uint16_t i = 0; i < n; i++)
                payload[i] = draw(3) ? (uint8_t)draw(256) : 0;
            maker.open = true;
            maker.patient = draw(2);
            const uint8_t types[] = {MK_LINK_HELLO, MK_LINK_ACK, MK_LINK_START, MK_LINK_SAMPLES, (uint8_t)draw(256)};
            (void)mk_link_send(&maker, types[draw(5)], payload, n, NULL, 0);
            if (draw(8) == 0)
                mk_link_restart(&maker);
        }
        for (uint32_t harms = draw(4); harms && wire_n > 1; harms--) {
            const uint32_t at = draw(wire_n - 1u);
            const uint32_t harm = draw(4);
            if (harm == 0) {
                wire[at] ^= (uint8_t)(1u + draw(255));
            } else if (harm == 1) {
                memmove(wire + at, wire + at + 1, --wire_n - at);
            } else if (harm == 2 && wire_n < sizeof wire) {
                memmove(wire + at + 1, wire + at, wire_n++ - at);
            } else {
                const uint32_t end = at + draw(wire_n - at);
                for (uint32_t i = at; i < end; i++)
                    wire[i] = (uint8_t)draw(256);
            }
        }
        link.open = draw(8) != 0;
        link.patient = draw(2);
        /* its own frames lie in the window when requests to send again come */
        for (uint32_t frames = draw(4); frames; frames--)
            (void)mk_link_send(&link, MK_LINK_FEATURES, payload, (uint16_t)draw(200), payload, (uint16_t)draw(50));
        for (uint32_t at = 0; at < wire_n;) {
            const uint32_t n = 1u + draw(wire_n - at);
            mk_link_feed(&link, wire + at, n);
            at += n;
        }
        if (draw(16) == 0)
            mk_link_restart(&link);
    }
    /* after all that it still works */
    static const uint8_t delimiter = 0;
    mk_link_feed(&link, &delimiter, 1);
    mk_link_restart(&link);
    mk_link_restart(&maker);
    link.open = maker.open = true;
    wire_n = 0;
    (void)mk_link_send(&maker, MK_LINK_SAMPLES, "abc", 3, NULL, 0);
    const uint64_t before = handled;
    mk_link_feed(&link, wire, wire_n);
    printf("%llu frames handled, %u damaged, %llu bytes written\n", (unsigned long long)handled, link.bad,
           (unsigned long long)written);
    return handled == before + 1 ? 0 : 2;
}
