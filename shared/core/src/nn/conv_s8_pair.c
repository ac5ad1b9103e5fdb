#include "pair.h"

void mk_conv_s8_pair(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t image = (uint32_t)conv->in_h * conv->in_w * conv->in_c;
    const uint32_t pixels = (uint32_t)conv->out_h * conv->out_w;
    const uint32_t depth4 = mk_pair_depth4(conv);
    int8_t *const patches = (int8_t *)scratch + 8u * depth4;
#ifdef MK_NN_DSP
    const uint32_t run = (uint32_t)conv->kernel_w * conv->in_c;
    const uint32_t in_row = (uint32_t)conv->in_w * conv->in_c * conv->dilation_h;
    const int32_t last_top = (int32_t)conv->in_h - (conv->kernel_h - 1) * conv->dilation_h - 1;
    const int32_t last_left = (int32_t)conv->in_w - conv->kernel_w;
    /* rows of the filter that are whole words can be read where they lie */
    const int direct = conv->dilation_w == 1 && run % 4u == 0;
#endif

    for (uint32_t n = 0; n < conv->batch; n++, in += image) {
        mk_patch_position at = mk_patch_first(conv);
        uint32_t done = 0;
#ifdef MK_NN_DSP
        for (; done + 4u <= pixels; done += 4u) {
            const int8_t *block[4];
            uint32_t step[4];
            int16_t *columns = scratch;
            int8_t *patch = patches;
            for (uint32_t i = 0; i < 4; i++, patch += depth4, mk_patch_next(conv, &at)) {
                if (direct && at.top >= 0 && at.left >= 0 && at.top <= last_top && at.left <= last_left) {
                    block[i] = in + ((uint32_t)at.top * conv->in_w + (uint32_t)at.left) * conv->in_c;
                    step[i] = in_row;
                } else {
                    mk_patch_gather(conv, in, at.top, at.left, patch);
                    block[i] = patch;
                    step[i] = run;
                }
            }
            if (direct) {
                for (uint32_t ky = 0; ky < conv->kernel_h; ky++) {
                    columns = mk_pair_widen(block, run / 4u, columns);
                    for (uint32_t i = 0; i < 4; i++)
                        block[i] += step[i];
                }
            } else {
                (void)mk_pair_widen(block, depth4 / 4u, columns);
            }
            mk_pair_block(conv, scratch, out);
            mk_patch_clamp(conv, out, 4u * conv->out_c);
            out += 4u * conv->out_c;
        }
#endif
        for (; done < pixels; done++, mk_patch_next(conv, &at)) {
            mk_patch_gather(conv, in, at.top, at.left, patches);
            mk_pair_pixel(conv, patches, out);
            mk_patch_clamp(conv, out, conv->out_c);
            out += conv->out_c;
        }
    }
}
