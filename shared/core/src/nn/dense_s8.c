#include "motekit/nn_dense.h"

void mk_dense_s8(const MK_FLASH mk_dense *dense, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0; row < dense->rows; row++, in += dense->inputs) {
        const MK_FLASH int8_t *weight = dense->weights;
        for (uint32_t o = 0; o < dense->outputs; o++) {
            int32_t sum = dense->bias[o];
            for (uint32_t i = 0; i < dense->inputs; i++)
                sum += *weight++ * in[i];
            sum = mk_requantize(sum, dense->multiplier, dense->shift) + dense->out_zero;
            *out++ = (int8_t)mk_clamp(sum, dense->act_min, dense->act_max);
        }
    }
}
