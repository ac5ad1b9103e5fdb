#include "sigmoid_s16.h"

void mk_tanh_s16(const MK_FLASH mk_wide_sigmoid *sigmoid, uint32_t n, const int16_t *in, int16_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = mk_tanh_q15(sigmoid, in[i]);
}
