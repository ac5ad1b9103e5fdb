#include "motekit/nn_data.h"

static int8_t extreme_at(const MK_FLASH mk_reduce *reduce, const int8_t *in)
{
    const MK_FLASH int32_t *shape = &reduce->reduced[0], *stride = &reduce->reduced_stride[0];
    int8_t best = INT8_MAX;

    for (int32_t i = 0; i < shape[0]; i++) {
        for (int32_t j = 0; j < shape[1]; j++) {
            const int8_t *p = in + i * stride[0] + j * stride[1];
            for (int32_t k = 0; k < shape[2]; k++, p += stride[2])
                best = *p < best ? *p : best;
        }
    }
    return best;
}

void mk_reduce_min_s8(const MK_FLASH mk_reduce *reduce, const int8_t *in, int8_t *out)
{
    const MK_FLASH int32_t *shape = &reduce->kept[0], *stride = &reduce->kept_stride[0];

    for (int32_t i = 0; i < shape[0]; i++) {
        for (int32_t j = 0; j < shape[1]; j++) {
            for (int32_t k = 0; k < shape[2]; k++)
                *out++ = extreme_at(reduce, in + i * stride[0] + j * stride[1] + k * stride[2]);
        }
    }
}
