/* Softmax of one row of int8 scores, for outputs of 8 and of 16 bits. */
#ifndef MK_NN_SOFTMAX_INTERNAL_H
#define MK_NN_SOFTMAX_INTERNAL_H

#include "motekit/nn_softmax.h"

typedef struct {
    int32_t most;         /* the largest score */
    int32_t scale, shift; /* one over the sum of exponentials */
} mk_softmax_row;

static inline int32_t mk_softmax_shift_left(int32_t x, int32_t bits)
{
    const int64_t wide = (int64_t)x * ((int64_t)1 << bits);
    if (wide > INT32_MAX)
        return INT32_MAX;
    return wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* 1 / (1 + x) in Q31 for x in [0, 1) in Q31; the iterate is Q29 */
static inline int32_t mk_softmax_reciprocal_of_one_plus(int32_t x)
{
    const int32_t one = INT32_C(1) << 29;
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t y = 1515870810 + mk_mul_q31(half, -1010580540); /* 48/17 - 32/17 half */
    for (int step = 0; step < 3; step++) {
        const int32_t error = one - mk_mul_q31(half, y);
        y += mk_softmax_shift_left(mk_mul_q31(y, error), 2);
    }
    return mk_softmax_shift_left(y, 1);
}

static inline int32_t mk_softmax_leading_zeros(uint32_t x)
{
    int32_t count = 0;
    for (; count < 32 && !(x & UINT32_C(0x80000000)); x <<= 1)
        count++;
    return count;
}

/* bits: of the output */
static inline mk_softmax_row mk_softmax_prepare(const MK_FLASH mk_softmax *softmax, const int8_t *in, int32_t bits)
{
    const int32_t count = softmax->count;
    mk_softmax_row row = {INT8_MIN, 0, 0};
    for (uint32_t i = 0; i < softmax->classes; i++)
        row.most = in[i] > row.most ? in[i] : row.most;

    int32_t sum = 0; /* Q19 */
    for (uint32_t i = 0; i < softmax->classes; i++) {
        const int32_t below = row.most - in[i];
        if (below < count)
            sum += mk_round_shift(softmax->exps[below], 12);
    }
    const int32_t zeros = mk_softmax_leading_zeros((uint32_t)sum);
    row.scale = mk_softmax_reciprocal_of_one_plus((int32_t)(((uint32_t)sum << zeros) - (UINT32_C(1) << 31)));
    row.shift = 12 - zeros + 31 - bits;
    return row;
}

/* What one score gets of the whole, from 0 on */
static inline int32_t mk_softmax_share(const MK_FLASH mk_softmax *softmax, const mk_softmax_row *row, int8_t score)
{
    const int32_t below = row->most - score;
    if (below >= softmax->count)
        return 0;
    return mk_round_shift(mk_mul_q31(row->scale, softmax->exps[below]), row->shift);
}

#endif
