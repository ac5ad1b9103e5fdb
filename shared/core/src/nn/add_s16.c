#include "motekit/nn_wide.h"

static int16_t sum_of(const MK_FLASH mk_add *add, int32_t a, int32_t b)
{
    a = mk_shift_left(a - add->zero_a, add->left_shift);
    b = mk_shift_left(b - add->zero_b, add->left_shift);
    a = mk_requantize(a, add->multiplier_a, add->shift_a);
    b = mk_requantize(b, add->multiplier_b, add->shift_b);
    const int32_t sum = mk_requantize(a + add->sign_b * b, add->multiplier_out, add->shift_out);
    return (int16_t)mk_clamp(sum + add->out_zero, add->act_min, add->act_max);
}

void mk_add_s16(const MK_FLASH mk_add *add, const int16_t *a, const int16_t *b, int16_t *out)
{
    const MK_FLASH mk_broadcast *over = &add->over;

    for (int32_t i = 0; i < over->shape[0]; i++) {
        for (int32_t j = 0; j < over->shape[1]; j++) {
            for (int32_t k = 0; k < over->shape[2]; k++) {
                const int16_t *p = a + i * over->stride_a[0] + j * over->stride_a[1] + k * over->stride_a[2];
                const int16_t *q = b + i * over->stride_b[0] + j * over->stride_b[1] + k * over->stride_b[2];
                for (int32_t l = 0; l < over->shape[3]; l++, p += over->stride_a[3], q += over->stride_b[3])
                    *out++ = sum_of(add, *p, *q);
            }
        }
    }
}
