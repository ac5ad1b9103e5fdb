#include "motekit/dsp_scale.h"

#include "motekit/dsp_math.h"

mk_status mk_scale_check(const mk_scale *scale)
{
    if (!scale || !mk_is_finite(scale->offset) || !mk_is_finite(scale->gain) || scale->low >= scale->high)
        return MK_ERR_ARG;
    return MK_OK;
}

mk_quality mk_scale_process(const mk_scale *scale, const int16_t *in, float *out, uint32_t n)
{
    uint32_t quality = n ? 0u : MK_QUALITY_EMPTY;
    for (uint32_t i = 0; i < n; i++) {
        if (in[i] <= scale->low || in[i] >= scale->high)
            quality |= MK_QUALITY_SATURATED;
        out[i] = ((float)in[i] - scale->offset) * scale->gain;
    }
    return (mk_quality)quality;
}
