#include "row.h"

void mk_dense_s8_row(const MK_FLASH mk_conv *dense, const int8_t *in, int8_t *out)
{
    mk_row_pixels(dense, in, dense->batch, out);
}
