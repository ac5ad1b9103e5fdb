#include <motekit/ring.h>

/* head and tail run over twice the capacity: equal means empty, a capacity apart means full. */
static mk_count advance(const mk_ring *ring, mk_count count, mk_count n)
{
    count += n;
    return count >= 2 * ring->capacity ? count - 2 * ring->capacity : count;
}

static mk_count place(const mk_ring *ring, mk_count count)
{
    return count >= ring->capacity ? count - ring->capacity : count;
}

mk_status mk_ring_init(mk_ring *ring, int16_t *data, mk_count capacity)
{
    if (!ring || !data || capacity == 0 || capacity > (mk_count)-1 / 4)
        return MK_ERR_ARG;
    ring->data = data;
    ring->capacity = capacity;
    mk_ring_clear(ring);
    return MK_OK;
}

void mk_ring_clear(mk_ring *ring)
{
    ring->head = ring->tail = ring->lost = 0;
}

mk_count mk_ring_used(const mk_ring *ring)
{
    const mk_count head = ring->head, tail = ring->tail;
    return head >= tail ? head - tail : head + 2 * ring->capacity - tail;
}

mk_count mk_ring_free(const mk_ring *ring)
{
    return ring->capacity - mk_ring_used(ring);
}

int16_t *mk_ring_room(mk_ring *ring, mk_count *n)
{
    const mk_count at = place(ring, ring->head);
    const mk_count room = mk_ring_free(ring);
    *n = room < ring->capacity - at ? room : ring->capacity - at;
    return ring->data + at;
}

void mk_ring_commit(mk_ring *ring, mk_count n)
{
    ring->head = advance(ring, ring->head, n);
}

mk_status mk_ring_put(mk_ring *ring, const int16_t *values, mk_count n)
{
    if (n > mk_ring_free(ring)) {
        ring->lost += n;
        return MK_ERR_OVERRUN;
    }
    mk_count at = place(ring, ring->head);
    for (mk_count i = 0; i < n; i++) {
        ring->data[at] = values[i];
        if (++at == ring->capacity)
            at = 0;
    }
    mk_ring_commit(ring, n);
    return MK_OK;
}

const int16_t *mk_ring_peek(const mk_ring *ring, mk_count *n)
{
    const mk_count at = place(ring, ring->tail);
    const mk_count used = mk_ring_used(ring);
    *n = used < ring->capacity - at ? used : ring->capacity - at;
    return ring->data + at;
}

void mk_ring_drop(mk_ring *ring, mk_count n)
{
    ring->tail = advance(ring, ring->tail, n);
}
