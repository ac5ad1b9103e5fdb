#include "motekit/nn_data.h"

static int32_t sum_at(const MK_FLASH mk_reduce *reduce, const int8_t *in)
{
    const MK_FLASH int32_t *shape = &reduce->reduced[0], *stride = &reduce->reduced_stride[0];
    int32_t sum = 0;

    for (int32_t i = 0; i < shape[0]; i++) {
        for (int32_t j = 0; j < shape[1]; j++) {
            const int8_t *p = in + i * stride[0] + j * stride[1];
            for (int32_t k = 0; k < shape[2]; k++, p += stride[2])
                sum += *p;
        }
    }
    return sum;
}

void mk_reduce_s8(const MK_FLASH mk_reduce *reduce, const int8_t *in, int8_t *out)
{
    const MK_FLASH int32_t *shape = &reduce->kept[0], *stride = &reduce->kept_stride[0];

    for (int32_t i = 0; i < shape[0]; i++) {
        for (int32_t j = 0; j < shape[1]; j++) {
            for (int32_t k = 0; k < shape[2]; k++) {
                const int32_t sum = sum_at(reduce, in + i * stride[0] + j * stride[1] + k * stride[2]);
                const int32_t value = mk_requantize(sum - reduce->offset, reduce->multiplier, reduce->shift);
                *out++ = (int8_t)mk_clamp(value + reduce->out_zero, INT8_MIN, INT8_MAX);
            }
        }
    }
}
