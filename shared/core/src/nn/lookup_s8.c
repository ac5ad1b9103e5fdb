#include "motekit/nn_elementwise.h"

void mk_lookup_s8(const MK_FLASH int8_t table[256], uint32_t n, const int8_t *in, int8_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = table[in[i] + 128];
}
