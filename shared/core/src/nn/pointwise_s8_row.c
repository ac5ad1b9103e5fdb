#include "row.h"

#include <string.h>

void mk_pointwise_s8_row(const mk_conv *conv, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t pixels = (uint32_t)conv->batch * conv->out_h * conv->out_w;

    for (uint32_t i = 0; i < pixels; i++, in += conv->in_c, out += conv->out_c) {
        memcpy(scratch, in, conv->in_c);
        mk_row_pixel(conv, scratch, out);
    }
}
