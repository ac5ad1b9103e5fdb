#include "motekit/nn_wide.h"

void mk_mul_s16(const MK_FLASH mk_mul *mul, const int16_t *a, const int16_t *b, int16_t *out)
{
    const MK_FLASH mk_broadcast *over = &mul->over;

    for (int32_t i = 0; i < over->shape[0]; i++) {
        for (int32_t j = 0; j < over->shape[1]; j++) {
            for (int32_t k = 0; k < over->shape[2]; k++) {
                const int16_t *p = a + i * over->stride_a[0] + j * over->stride_a[1] + k * over->stride_a[2];
                const int16_t *q = b + i * over->stride_b[0] + j * over->stride_b[1] + k * over->stride_b[2];
                for (int32_t l = 0; l < over->shape[3]; l++, p += over->stride_a[3], q += over->stride_b[3]) {
                    const int32_t product = (int32_t)(*p - mul->zero_a) * (*q - mul->zero_b);
                    const int32_t value = mk_requantize(product, mul->multiplier, mul->shift) + mul->out_zero;
                    *out++ = (int16_t)mk_clamp(value, mul->act_min, mul->act_max);
                }
            }
        }
    }
}
