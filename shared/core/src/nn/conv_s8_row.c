#include "row.h"

void mk_conv_s8_row(const mk_conv *conv, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t image = (uint32_t)conv->in_h * conv->in_w * conv->in_c;
    const uint32_t pixels = (uint32_t)conv->out_h * conv->out_w;

    for (uint32_t n = 0; n < conv->batch; n++, in += image) {
        mk_patch_position at = mk_patch_first(conv);
        for (uint32_t i = 0; i < pixels; i++, mk_patch_next(conv, &at), out += conv->out_c) {
            mk_patch_gather(conv, in, at.top, at.left, scratch);
            mk_row_pixel(conv, scratch, out);
        }
    }
}
