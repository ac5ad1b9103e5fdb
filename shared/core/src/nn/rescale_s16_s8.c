#include "motekit/nn_data.h"

void mk_rescale_s16_s8(const MK_FLASH mk_rescale *rescale, const int16_t *in, int8_t *out)
{
    for (uint32_t i = 0; i < rescale->n; i++) {
        const int32_t value = mk_requantize(in[i] - rescale->in_zero, rescale->multiplier, rescale->shift);
        out[i] = (int8_t)mk_clamp(value + rescale->out_zero, INT8_MIN, INT8_MAX);
    }
}
