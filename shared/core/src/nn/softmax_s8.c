#include "motekit/nn_softmax.h"

static int32_t saturating_shift_left(int32_t x, int32_t bits)
{
    const int64_t wide = (int64_t)x * ((int64_t)1 << bits);
    if (wide > INT32_MAX)
        return INT32_MAX;
    return wide < INT32_MIN ? INT32_MIN : (int32_t)wide;
}

/* 1 / (1 + x) in Q31 for x in [0, 1) in Q31; the iterate is Q29 */
static int32_t reciprocal_of_one_plus(int32_t x)
{
    const int32_t one = INT32_C(1) << 29;
    const int32_t half = (int32_t)(((int64_t)x + INT32_MAX + 1) / 2);
    int32_t y = 1515870810 + mk_mul_q31(half, -1010580540); /* 48/17 - 32/17 half */
    for (int step = 0; step < 3; step++) {
        const int32_t error = one - mk_mul_q31(half, y);
        y += saturating_shift_left(mk_mul_q31(y, error), 2);
    }
    return saturating_shift_left(y, 1);
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t count = 0;
    for (; count < 32 && !(x & UINT32_C(0x80000000)); x <<= 1)
        count++;
    return count;
}

void mk_softmax_s8(const MK_FLASH mk_softmax *softmax, const int8_t *in, int8_t *out)
{
    const int32_t count = softmax->count;

    for (uint32_t row = 0; row < softmax->rows; row++) {
        int32_t most = INT8_MIN;
        for (uint32_t i = 0; i < softmax->classes; i++)
            most = in[i] > most ? in[i] : most;

        int32_t sum = 0; /* Q19 */
        for (uint32_t i = 0; i < softmax->classes; i++) {
            const int32_t below = most - in[i];
            if (below < count)
                sum += mk_round_shift(softmax->exps[below], 12);
        }
        const int32_t zeros = leading_zeros((uint32_t)sum);
        const int32_t scale = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << zeros) - (UINT32_C(1) << 31)));
        const int32_t shift = 12 - zeros + 31 - 8;

        for (uint32_t i = 0; i < softmax->classes; i++) {
            const int32_t below = most - in[i];
            int32_t value = INT8_MIN;
            if (below < count)
                value += mk_round_shift(mk_mul_q31(scale, softmax->exps[below]), shift);
            out[i] = (int8_t)mk_clamp(value, INT8_MIN, INT8_MAX);
        }
        in += softmax->classes;
        out += softmax->classes;
    }
}
