/* The sample ring: order, wrap, overrun, and whole blocks in one piece. Run under sanitizers. */
#include <motekit/ring.h>

#include <assert.h>
#include <stddef.h>

enum { CAPACITY = 12 };

int main(void)
{
    int16_t data[CAPACITY];
    const int16_t values[CAPACITY + 1] = {0};
    mk_ring ring;
    uint32_t n;

    assert(mk_ring_init(NULL, data, CAPACITY) == MK_ERR_ARG);
    assert(mk_ring_init(&ring, NULL, CAPACITY) == MK_ERR_ARG);
    assert(mk_ring_init(&ring, data, 0) == MK_ERR_ARG);
    assert(mk_ring_init(&ring, data, CAPACITY) == MK_OK);

    /* all or nothing, and what does not fit is counted */
    assert(mk_ring_put(&ring, values, CAPACITY + 1) == MK_ERR_OVERRUN);
    assert(ring.lost == CAPACITY + 1 && mk_ring_used(&ring) == 0);
    assert(mk_ring_put(&ring, values, CAPACITY) == MK_OK);
    assert(mk_ring_free(&ring) == 0);
    assert(mk_ring_put(&ring, values, 1) == MK_ERR_OVERRUN);
    mk_ring_clear(&ring);

    /* a long stream in uneven pieces comes out in order, in blocks of 4 that never wrap */
    int16_t in = 0, out = 0;
    for (int round = 0; round < 5000; round++) {
        for (int k = 0; k < 1 + round % 5; k++) {
            if (mk_ring_free(&ring) == 0)
                break;
            if (round % 2) {
                assert(mk_ring_put(&ring, &in, 1) == MK_OK);
            } else {
                int16_t *const room = mk_ring_room(&ring, &n);
                assert(n >= 1);
                *room = in;
                mk_ring_commit(&ring, 1);
            }
            in++;
        }
        if (mk_ring_used(&ring) >= 4) {
            const int16_t *const block = mk_ring_peek(&ring, &n);
            assert(n >= 4);
            for (int k = 0; k < 4; k++)
                assert(block[k] == out++);
            mk_ring_drop(&ring, 4);
        }
    }
    assert(out > 4000);
    return 0;
}
