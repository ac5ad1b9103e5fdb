#include "round_float.h"

void mk_quantize_f32_s8(float scale, int32_t zero, uint32_t n, const float *in, int8_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = (int8_t)mk_clamp(mk_round_float(in[i] / scale) + zero, INT8_MIN, INT8_MAX);
}
