#include "motekit/nn_elementwise.h"

static int8_t value_of(const MK_FLASH mk_prelu *prelu, int32_t in, int32_t alpha)
{
    in -= prelu->in_zero;
    const int32_t value = in >= 0
        ? mk_requantize(in, prelu->multiplier_above, prelu->shift_above)
        : mk_requantize(in * (alpha - prelu->alpha_zero), prelu->multiplier_below, prelu->shift_below);
    return (int8_t)mk_clamp(value + prelu->out_zero, INT8_MIN, INT8_MAX);
}

void mk_prelu_s8(const MK_FLASH mk_prelu *prelu, const int8_t *in, const int8_t *alpha, int8_t *out)
{
    const MK_FLASH mk_broadcast *over = &prelu->over;

    for (int32_t i = 0; i < over->shape[0]; i++) {
        for (int32_t j = 0; j < over->shape[1]; j++) {
            for (int32_t k = 0; k < over->shape[2]; k++) {
                const int8_t *p = in + i * over->stride_a[0] + j * over->stride_a[1] + k * over->stride_a[2];
                const int8_t *q = alpha + i * over->stride_b[0] + j * over->stride_b[1] + k * over->stride_b[2];
                for (int32_t l = 0; l < over->shape[3]; l++, p += over->stride_a[3], q += over->stride_b[3])
                    *out++ = value_of(prelu, *p, *q);
            }
        }
    }
}
