#include "motekit/dsp_quantize.h"

#include "motekit/dsp_fixed.h"

mk_status mk_quantizer_check(const mk_quantizer *quantizer)
{
    if (!quantizer || quantizer->multiplier < 0 || quantizer->multiplier > INT16_MAX ||
        quantizer->offset > ((int32_t)1 << 30) || quantizer->offset < -((int32_t)1 << 30) || quantizer->shift > 30)
        return MK_ERR_ARG;
    return MK_OK;
}

void mk_quantizer_process(const mk_quantizer *quantizer, const int16_t *in, int8_t *out, uint32_t n)
{
    const int32_t multiplier = quantizer->multiplier, offset = quantizer->offset;
    const uint32_t shift = quantizer->shift;
    for (uint32_t i = 0; i < n; i++)
        out[i] = mk_saturate_int8((in[i] * multiplier + offset) >> shift);
}
