#include "motekit/nn_data.h"

void mk_fill_16(int16_t value, uint32_t n, int16_t *out)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = value;
}
