/* The link between a board and a computer: framed, checked, in order, and nothing lost while anybody listens.
 *
 * On the wire: COBS(version, type, sequence u16, acknowledge u16, payload, CRC-16/CCITT-FALSE u16) 0x00,
 * little endian. docs/protocol.md has the whole story; shared/motekit/link is the other end.
 *
 * Types below MK_LINK_ORDERED stand outside the sequence. All others are numbered, taken in order only,
 * and kept by the sender until the other end has acknowledged them; a gap makes the receiver ask again.
 * The board keeps no timer: the computer asks when it has heard nothing for a while.
 *
 * Memory: the struct, about MK_LINK_PAYLOAD + MK_LINK_RX_PAYLOAD + MK_LINK_WINDOW bytes. No heap. Any bytes may be fed.
 */
#ifndef MOTEKIT_LINK_H
#define MOTEKIT_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include <motekit/crc.h>
#include <motekit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MK_LINK_VERSION 1u

/* largest payload of a frame, at least 128 (hello) */
#ifndef MK_LINK_PAYLOAD
#define MK_LINK_PAYLOAD 256u
#endif

/* largest payload that is taken; the hello tells the computer */
#ifndef MK_LINK_RX_PAYLOAD
#define MK_LINK_RX_PAYLOAD MK_LINK_PAYLOAD
#endif

/* bytes kept for sending again, at least 64 + MK_LINK_RECORD */
#ifndef MK_LINK_WINDOW
#define MK_LINK_WINDOW 1024u
#endif

/* largest payload of an ordered frame that is kept */
#define MK_LINK_PIECE \
    (MK_LINK_PAYLOAD + MK_LINK_RECORD <= MK_LINK_WINDOW ? MK_LINK_PAYLOAD : MK_LINK_WINDOW - MK_LINK_RECORD)

#define MK_LINK_HEADER 6u
#define MK_LINK_RECORD 3u /* what a kept frame costs beside its payload */

enum {
    /* outside the sequence */
    MK_LINK_HELLO = 0x01, /* > session u32   < see main.c describe() */
    MK_LINK_ACK = 0x02,   /* > flags u8, poll u8   < flags u8, credit u32, poll u8 */
    MK_LINK_ERROR = 0x03, /* < code u8, address u32, text */
    MK_LINK_QUIT = 0x04,  /* > exit code u8 */
    MK_LINK_ORDERED = 0x10,
    MK_LINK_START = 0x10,    /* > source u8, outputs u8, format u8   < the same */
    MK_LINK_SAMPLES = 0x11,  /* > position u32 (values), int16[] */
    MK_LINK_END = 0x12,      /* > position u32   < position u32, after everything else */
    MK_LINK_FEATURES = 0x20, /* < index u32, size u16, offset u16, bytes */
    MK_LINK_SCORES = 0x21,   /* < index u32, bytes */
    MK_LINK_EVENT = 0x22,    /* < at u32, code u16, value i32 */
    MK_LINK_STATS = 0x23,    /* < u32[], see main.c stats() */
    MK_LINK_LOG = 0x24       /* < text */
};

/* flags of MK_LINK_ACK */
enum {
    MK_LINK_AGAIN = 1, /* a frame is missing: send again from the acknowledged number on */
    MK_LINK_POLL = 2,  /* please answer, and send again what I have not acknowledged */
    MK_LINK_ANSWER = 4 /* to a poll: whatever was sent before it and is not acknowledged here is lost */
};

typedef struct {
    void *context;
    /* Takes bytes for the wire; blocks until they are accepted. */
    void (*write)(void *context, const uint8_t *bytes, uint32_t n);
    /* A frame for us. Must not send ordered frames itself. A hello without payload: whoever it is does not
     * know this link's version, or that it is not open; answer with our own hello. */
    void (*handle)(void *context, uint8_t type, const uint8_t *payload, uint16_t n);
    /* Called while a frame waits for room: feed the link with what came, or sleep. */
    void (*wait)(void *context);
} mk_link_io;

typedef struct {
    mk_link_io io;
    bool open;    /* a computer has said hello: ordered frames may be sent and taken */
    bool patient; /* wait for acknowledgements rather than let the oldest kept frame go */

    uint8_t rx[MK_LINK_HEADER + MK_LINK_RX_PAYLOAD + 2u];
    uint16_t rx_n;
    uint8_t rx_run;      /* bytes up to the next COBS code */
    bool rx_zero;        /* that code stands for a zero */
    bool rx_bad;         /* skip to the delimiter */
    uint16_t rx_next;    /* number of the next ordered frame to take */
    uint16_t rx_said;    /* the last rx_next we told */
    bool rx_asked;       /* the gap before rx_next has been reported */

    uint8_t tx[MK_LINK_HEADER + MK_LINK_PAYLOAD + 2u];
    uint16_t tx_next;    /* number of the next ordered frame to send */
    uint16_t tx_oldest;  /* number of the oldest frame kept */
    uint8_t window[MK_LINK_WINDOW];
    uint16_t window_at, window_n;

    uint32_t credit;     /* told with every acknowledgement */
    uint32_t bad, gaps, repeats, dropped; /* frames: damaged, missing, twice, let go unacknowledged */
} mk_link;

mk_status mk_link_init(mk_link *link, const mk_link_io *io);

/* Forgets everything in flight and numbers from 0 again. */
void mk_link_restart(mk_link *link);

/* Bytes from the wire, in any pieces. Calls io.handle for every frame. */
void mk_link_feed(mk_link *link, const uint8_t *bytes, uint32_t n);

/* Sends head and body as one payload. Ordered frames go nowhere while the link is not open.
 * MK_ERR_SIZE: longer than MK_LINK_PAYLOAD, or MK_LINK_PIECE if it is ordered. MK_ERR_STATE: not open, or restarted while waiting. */
mk_status mk_link_send(mk_link *link, uint8_t type, const void *head, uint16_t head_n, const void *body,
                       uint16_t body_n);

/* Acknowledges and tells the credit. */
void mk_link_acknowledge(mk_link *link, uint8_t flags);

/* Whether frames were taken that have not been acknowledged. */
bool mk_link_owes(const mk_link *link);

#ifdef __cplusplus
}
#endif

#endif
