#include "pair.h"

void mk_dense_s8_pair(const MK_FLASH mk_conv *dense, const int8_t *in, int8_t *out)
{
    for (uint32_t row = 0; row < dense->batch; row++) {
        mk_pair_pixel(dense, in, out);
        mk_patch_clamp(dense, out, dense->out_c);
        in += dense->in_c;
        out += dense->out_c;
    }
}
