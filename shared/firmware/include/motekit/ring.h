/* Samples between one producer (an interrupt, DMA, the link) and one consumer (the main loop).
 *
 *   data       int16[capacity], the caller's
 *   capacity   values; a multiple of the sensor's channels times the app's block, so that what is taken
 *              in whole blocks is never split by the end of the buffer
 *
 * No lock: head is written by the producer alone, tail by the consumer alone. What does not fit is
 * dropped and counted.
 */
#ifndef MOTEKIT_RING_H
#define MOTEKIT_RING_H

#include <stdint.h>

#include <motekit/status.h>

/* Counts of values: 32 bits are dear where a register has 8. */
#ifdef __AVR__
typedef uint16_t mk_count;
#else
typedef uint32_t mk_count;
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    int16_t *data;
    mk_count capacity;
    volatile mk_count head, tail; /* counts since reset, below 2 * capacity */
    volatile uint32_t lost;       /* values that did not fit */
} mk_ring;

mk_status mk_ring_init(mk_ring *ring, int16_t *data, mk_count capacity);
void mk_ring_clear(mk_ring *ring);

mk_count mk_ring_used(const mk_ring *ring);
mk_count mk_ring_free(const mk_ring *ring);

/* Producer. Takes all n values or, if they do not fit, none. */
mk_status mk_ring_put(mk_ring *ring, const int16_t *values, mk_count n);

/* Producer. Where the next values go without wrapping, and how many may; mk_ring_commit after writing them. */
int16_t *mk_ring_room(mk_ring *ring, mk_count *n);
void mk_ring_commit(mk_ring *ring, mk_count n);

/* Consumer. The oldest values that lie in one piece, and how many; mk_ring_drop when done with them. */
const int16_t *mk_ring_peek(const mk_ring *ring, mk_count *n);
void mk_ring_drop(mk_ring *ring, mk_count n);

#ifdef __cplusplus
}
#endif

#endif
