#include "bytes.h"
#include "row.h"

void mk_pointwise_s8_row(const MK_FLASH mk_conv *conv, uint16_t block, const int8_t *in, int8_t *out, void *scratch)
{
    uint32_t pixels = (uint32_t)conv->batch * conv->out_h * conv->out_w;

    while (pixels) {
        const uint32_t count = pixels < block ? pixels : block;
        mk_bytes_copy(scratch, in, count * conv->in_c);
        mk_row_pixels(conv, scratch, count, out);
        in += count * conv->in_c;
        out += count * conv->out_c;
        pixels -= count;
    }
}
