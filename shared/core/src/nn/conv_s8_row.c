#include "row.h"

void mk_conv_s8_row(const MK_FLASH mk_conv *conv, uint16_t block, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t image = (uint32_t)conv->in_h * conv->in_w * conv->in_c, depth = mk_patch_depth(conv);

    for (uint32_t n = 0; n < conv->batch; n++, in += image) {
        mk_patch_position at = mk_patch_first(conv);
        uint32_t pixels = (uint32_t)conv->out_h * conv->out_w;
        while (pixels) {
            const uint32_t count = pixels < block ? pixels : block;
            int8_t *patch = scratch;
            for (uint32_t i = 0; i < count; i++, mk_patch_next(conv, &at), patch += depth)
                mk_patch_gather(conv, in, at.top, at.left, patch);
            mk_row_pixels(conv, scratch, count, out);
            out += count * conv->out_c;
            pixels -= count;
        }
    }
}
