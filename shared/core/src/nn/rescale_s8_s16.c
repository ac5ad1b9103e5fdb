#include "motekit/nn_data.h"

void mk_rescale_s8_s16(const MK_FLASH mk_rescale *rescale, const int8_t *in, int16_t *out)
{
    for (uint32_t i = 0; i < rescale->n; i++) {
        const int32_t value = mk_requantize(in[i] - rescale->in_zero, rescale->multiplier, rescale->shift);
        out[i] = (int16_t)mk_clamp(value + rescale->out_zero, INT16_MIN, INT16_MAX);
    }
}
