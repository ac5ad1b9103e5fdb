#include <motekit/link.h>

#include <string.h>

_Static_assert(MK_LINK_PAYLOAD >= 128u, "hello must fit into one frame");
_Static_assert(MK_LINK_RX_PAYLOAD >= 16u, "samples must come in pieces of some size");
_Static_assert(MK_LINK_PIECE >= 64u, "the statistics of a stream must fit into the window");
_Static_assert(MK_LINK_WINDOW <= 32768u, "window_at is 16 bits wide");

static uint16_t get16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static void put16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

mk_status mk_link_init(mk_link *link, const mk_link_io *io)
{
    if (!link || !io || !io->write || !io->handle || !io->wait)
        return MK_ERR_ARG;
    memset(link, 0, sizeof *link);
    link->io = *io;
    return MK_OK;
}

void mk_link_restart(mk_link *link)
{
    link->rx_next = link->rx_said = 0;
    link->rx_asked = false;
    link->tx_next = link->tx_oldest = 0;
    link->window_at = link->window_n = 0;
    link->bad = link->gaps = link->repeats = link->dropped = 0;
}

/* ---- frames kept until they are acknowledged: length u16, type u8, payload, oldest first ---- */

static uint16_t window_place(const mk_link *link, uint16_t offset)
{
    const unsigned at = link->window_at + (unsigned)offset; /* both below MK_LINK_WINDOW */
    return (uint16_t)(at >= MK_LINK_WINDOW ? at - MK_LINK_WINDOW : at);
}

static void window_copy(const mk_link *link, uint16_t offset, uint8_t *to, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++)
        to[i] = link->window[window_place(link, (uint16_t)(offset + i))];
}

static void window_append(mk_link *link, const uint8_t *from, uint16_t n)
{
    for (uint16_t i = 0; i < n; i++)
        link->window[window_place(link, (uint16_t)(link->window_n + i))] = from[i];
    link->window_n = (uint16_t)(link->window_n + n);
}

static void window_drop_oldest(mk_link *link)
{
    uint8_t length[2];
    window_copy(link, 0, length, 2);
    const uint16_t n = (uint16_t)(get16(length) + MK_LINK_RECORD);
    link->window_at = window_place(link, n);
    link->window_n = (uint16_t)(link->window_n - n);
    link->tx_oldest++;
}

static void acknowledged(mk_link *link, uint16_t next)
{
    const uint16_t kept = (uint16_t)(link->tx_next - link->tx_oldest);
    const uint16_t done = (uint16_t)(next - link->tx_oldest);
    if (done > kept)
        return; /* of an earlier session, or told twice */
    for (uint16_t i = 0; i < done; i++)
        window_drop_oldest(link);
}

/* ---- sending ---- */

/* tx holds header place and payload; n is the payload's length */
static void transmit(mk_link *link, uint8_t type, uint16_t sequence, uint16_t n)
{
    static const uint8_t delimiter = 0;
    uint8_t *const f = link->tx;
    const unsigned end = MK_LINK_HEADER + n; /* no frame is longer than 16 bits count */
    f[0] = MK_LINK_VERSION;
    f[1] = type;
    put16(f + 2, sequence);
    put16(f + 4, link->rx_next);
    put16(f + end, mk_crc16(0xFFFFu, f, end));
    link->rx_said = link->rx_next;

    /* COBS, straight to the wire: each run without a zero is preceded by its length + 1 */
    const unsigned size = end + 2u;
    unsigned at = 0;
    for (;;) {
        unsigned run = 0;
        while (at + run < size && run < 254u && f[at + run] != 0)
            run++;
        const uint8_t code = (uint8_t)(run + 1u);
        link->io.write(link->io.context, &code, 1);
        if (run)
            link->io.write(link->io.context, f + at, run);
        at += run;
        if (at == size)
            break;
        if (run < 254u)
            at++; /* the code stands for this zero */
    }
    link->io.write(link->io.context, &delimiter, 1);
}

static void send_again(mk_link *link)
{
    uint16_t offset = 0;
    for (uint16_t sequence = link->tx_oldest; sequence != link->tx_next; sequence++) {
        uint8_t record[MK_LINK_RECORD];
        window_copy(link, offset, record, MK_LINK_RECORD);
        const uint16_t n = get16(record);
        window_copy(link, (uint16_t)(offset + MK_LINK_RECORD), link->tx + MK_LINK_HEADER, n);
        transmit(link, record[2], sequence, n);
        offset = (uint16_t)(offset + MK_LINK_RECORD + n);
    }
}

mk_status mk_link_send(mk_link *link, uint8_t type, const void *head, uint16_t head_n, const void *body,
                       uint16_t body_n)
{
    const unsigned n = head_n + (unsigned)body_n;
    const bool ordered = type >= MK_LINK_ORDERED;
    if (n > (ordered ? MK_LINK_PIECE : MK_LINK_PAYLOAD) || n < body_n)
        return MK_ERR_SIZE;
    if (ordered) {
        if (!link->open)
            return MK_ERR_STATE;
        while (link->window_n + n + MK_LINK_RECORD > MK_LINK_WINDOW) {
            if (link->patient) {
                link->io.wait(link->io.context);
                if (!link->open)
                    return MK_ERR_STATE;
            } else {
                window_drop_oldest(link);
                link->dropped++;
            }
        }
        uint8_t record[MK_LINK_RECORD];
        put16(record, (uint16_t)n);
        record[2] = type;
        window_append(link, record, MK_LINK_RECORD);
        if (head_n)
            window_append(link, head, head_n);
        if (body_n)
            window_append(link, body, body_n);
    }
    uint8_t *const payload = link->tx + MK_LINK_HEADER;
    if (body_n)
        memmove(payload + head_n, body, body_n); /* it may have been written here */
    if (head_n)
        memcpy(payload, head, head_n);
    transmit(link, type, ordered ? link->tx_next++ : 0, (uint16_t)n);
    return MK_OK;
}

static void tell(mk_link *link, uint8_t flags, uint8_t poll)
{
    const uint32_t c = link->credit;
    const uint8_t payload[6] = {
        flags, (uint8_t)c, (uint8_t)(c >> 8), (uint8_t)(c >> 16), (uint8_t)(c >> 24), poll,
    };
    (void)mk_link_send(link, MK_LINK_ACK, payload, sizeof payload, NULL, 0);
}

void mk_link_acknowledge(mk_link *link, uint8_t flags)
{
    tell(link, flags, 0);
}

bool mk_link_owes(const mk_link *link)
{
    return link->rx_said != link->rx_next;
}

/* ---- receiving ---- */

/* One request a gap: the frames that follow the missing one are on their way already. */
static void ask_again(mk_link *link)
{
    if (link->rx_asked || !link->open)
        return;
    link->rx_asked = true;
    mk_link_acknowledge(link, MK_LINK_AGAIN);
}

static void frame_received(mk_link *link)
{
    const uint8_t *const f = link->rx;
    const uint16_t size = link->rx_n;
    if (link->rx_bad || size < MK_LINK_HEADER + 2u || mk_crc16(0xFFFFu, f, size - 2u) != get16(f + size - 2)) {
        link->bad++;
        ask_again(link);
        return;
    }
    if (f[0] != MK_LINK_VERSION) {
        link->io.handle(link->io.context, MK_LINK_HELLO, NULL, 0); /* say what we speak */
        return;
    }
    const uint8_t type = f[1];
    const uint8_t *const payload = f + MK_LINK_HEADER;
    const uint16_t n = (uint16_t)(size - MK_LINK_HEADER - 2u);
    if (type == MK_LINK_HELLO || type == MK_LINK_QUIT) {
        link->io.handle(link->io.context, type, payload, n);
        return;
    }
    if (!link->open) {
        link->io.handle(link->io.context, MK_LINK_HELLO, NULL, 0); /* it does not know that we restarted */
        return;
    }
    acknowledged(link, get16(f + 4));
    if (type < MK_LINK_ORDERED) {
        if (type == MK_LINK_ACK && n >= 1) {
            if (payload[0] & (MK_LINK_AGAIN | MK_LINK_POLL))
                send_again(link);
            if (payload[0] & MK_LINK_POLL) {
                link->rx_asked = false; /* our own request may be what was lost */
                tell(link, MK_LINK_ANSWER, n >= 2 ? payload[1] : 0);
            }
        }
        return;
    }
    const uint16_t sequence = get16(f + 2);
    if (sequence == link->rx_next) {
        link->rx_next++;
        link->rx_asked = false;
        link->io.handle(link->io.context, type, payload, n);
    } else if ((uint16_t)(link->rx_next - sequence) < 0x8000u) {
        link->repeats++;
        link->rx_said = (uint16_t)(link->rx_next - 1u); /* our acknowledgement may be what was lost */
    } else {
        if (!link->rx_asked)
            link->gaps++;
        ask_again(link);
    }
}

void mk_link_feed(mk_link *link, const uint8_t *bytes, uint32_t n)
{
    while (n--) {
        const uint8_t b = *bytes++;
        if (b == 0) {
            if (link->rx_run)
                link->rx_bad = true; /* the delimiter came inside a run */
            if (link->rx_n || link->rx_bad)
                frame_received(link);
            link->rx_n = 0;
            link->rx_run = 0;
            link->rx_zero = link->rx_bad = false;
        } else if (!link->rx_bad) {
            const bool data = link->rx_run != 0;
            if (data || link->rx_zero) {
                if (link->rx_n == sizeof link->rx) {
                    link->rx_bad = true;
                    continue;
                }
                link->rx[link->rx_n++] = data ? b : 0;
            }
            if (data) {
                link->rx_run--;
            } else {
                link->rx_run = (uint8_t)(b - 1u);
                link->rx_zero = b != 0xFFu;
            }
        }
    }
}
