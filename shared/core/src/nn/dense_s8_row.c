#include "row.h"

void mk_dense_s8_row(const mk_conv *dense, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0; row < dense->batch; row++, in += dense->in_c, out += dense->out_c)
        mk_row_pixel(dense, in, out);
}
