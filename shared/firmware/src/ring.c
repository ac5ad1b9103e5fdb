#include <motekit/ring.h>

/* head and tail run over twice the capacity: equal means empty, a capacity apart means full. */
static uint32_t advance(const mk_ring *ring, uint32_t count, uint32_t n)
{
    count += n;
    return count >= 2 * ring->capacity ? count - 2 * ring->capacity : count;
}

static uint32_t place(const mk_ring *ring, uint32_t count)
{
    return count >= ring->capacity ? count - ring->capacity : count;
}

mk_status mk_ring_init(mk_ring *ring, int16_t *data, uint32_t capacity)
{
    if (!ring || !data || capacity == 0 || capacity > UINT32_MAX / 4)
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

uint32_t mk_ring_used(const mk_ring *ring)
{
    const uint32_t head = ring->head, tail = ring->tail;
    return head >= tail ? head - tail : head + 2 * ring->capacity - tail;
}

uint32_t mk_ring_free(const mk_ring *ring)
{
    return ring->capacity - mk_ring_used(ring);
}

int16_t *mk_ring_room(mk_ring *ring, uint32_t *n)
{
    const uint32_t at = place(ring, ring->head);
    const uint32_t room = mk_ring_free(ring);
    *n = room < ring->capacity - at ? room : ring->capacity - at;
    return ring->data + at;
}

void mk_ring_commit(mk_ring *ring, uint32_t n)
{
    ring->head = advance(ring, ring->head, n);
}

mk_status mk_ring_put(mk_ring *ring, const int16_t *values, uint32_t n)
{
    if (n > mk_ring_free(ring)) {
        ring->lost += n;
        return MK_ERR_OVERRUN;
    }
    uint32_t at = place(ring, ring->head);
    for (uint32_t i = 0; i < n; i++) {
        ring->data[at] = values[i];
        if (++at == ring->capacity)
            at = 0;
    }
    mk_ring_commit(ring, n);
    return MK_OK;
}

const int16_t *mk_ring_peek(const mk_ring *ring, uint32_t *n)
{
    const uint32_t at = place(ring, ring->tail);
    const uint32_t used = mk_ring_used(ring);
    *n = used < ring->capacity - at ? used : ring->capacity - at;
    return ring->data + at;
}

void mk_ring_drop(mk_ring *ring, uint32_t n)
{
    ring->tail = advance(ring, ring->tail, n);
}
