#include "motekit/nn_data.h"

void mk_fill_32(int32_t value, uint32_t n, int32_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = value;
}
