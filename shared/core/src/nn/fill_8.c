#include "motekit/nn_data.h"

void mk_fill_8(int8_t value, uint32_t n, int8_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = value;
}
