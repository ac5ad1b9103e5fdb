#include "motekit/nn_data.h"

void mk_rescale_s16_s32(const MK_FLASH mk_rescale *rescale, const int16_t *in, int32_t *out)
{
    for (uint32_t i = 0; i < rescale->n; i++) {
        const int32_t value = mk_requantize(in[i] - rescale->in_zero, rescale->multiplier, rescale->shift);
        out[i] = (int32_t)mk_clamp(value + rescale->out_zero, INT32_MIN, INT32_MAX);
    }
}
