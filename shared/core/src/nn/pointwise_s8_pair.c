#include "bytes.h"
#include "pair.h"

void mk_pointwise_s8_pair(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t in_c = conv->in_c, out_c = conv->out_c;
    const uint32_t pixels = (uint32_t)conv->batch * conv->out_h * conv->out_w;
    uint32_t done = 0;

#ifdef MK_NN_DSP
    for (; done + 4u <= pixels; done += 4u) {
        const int8_t *const block[4] = {in, in + in_c, in + 2u * in_c, in + 3u * in_c};
        (void)mk_pair_widen(block, mk_pair_depth4(conv) / 4u, scratch);
        mk_pair_block(conv, scratch, out);
        mk_patch_clamp(conv, out, 4u * out_c);
        in += 4u * in_c;
        out += 4u * out_c;
    }
#endif
    /* from a copy, because out may lie over in */
    for (; done < pixels; done++) {
        mk_bytes_copy(scratch, in, in_c);
        mk_pair_pixel(conv, scratch, out);
        mk_patch_clamp(conv, out, out_c);
        in += in_c;
        out += out_c;
    }
}
