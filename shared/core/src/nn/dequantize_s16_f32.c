#include "motekit/nn_data.h"

void mk_dequantize_s16_f32(float scale, int32_t zero, uint32_t n, const int16_t *in, float *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = scale * (float)(in[i] - zero);
}
