#include "round_float.h"

void mk_quantize_f32_s16(float scale, int32_t zero, uint32_t n, const float *in, int16_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = (int16_t)mk_clamp(mk_round_float(in[i] / scale) + zero, INT16_MIN, INT16_MAX);
}
