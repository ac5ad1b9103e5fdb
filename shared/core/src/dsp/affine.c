#include "motekit/dsp_affine.h"

mk_status mk_affine_check(const mk_affine *affine)
{
    return affine && affine->mean && affine->gain && affine->width ? MK_OK : MK_ERR_ARG;
}

void mk_affine_process(const mk_affine *affine, const float *in, int8_t *out)
{
    const float zero = (float)affine->zero_point + 128.5f;
    for (uint32_t i = 0; i < affine->width; i++) {
        /* counted from -128 and half a step up, so that cutting off rounds */
        const float y = (in[i] - affine->mean[i]) * affine->gain[i] + zero;
        const int32_t step = y != y ? (int32_t)affine->zero_point + 128 : y <= 0.0f ? 0 : y >= 255.0f ? 255 : (int32_t)y;
        out[i] = (int8_t)(step - 128);
    }
}
