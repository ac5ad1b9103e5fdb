/* What the kernels of nn_pair.h share. */
#ifndef MK_NN_PAIR_INTERNAL_H
#define MK_NN_PAIR_INTERNAL_H

#include "motekit/nn_pair.h"
#include "dsp.h"
#include "patch.h"

static inline uint32_t mk_pair_depth4(const MK_FLASH mk_conv *conv)
{
    return (mk_patch_depth(conv) + 3u) & ~3u;
}

static inline const MK_FLASH int32_t *mk_pair_weights(const MK_FLASH mk_conv *conv)
{
    return (const MK_FLASH int32_t *)(const MK_FLASH void *)conv->weights;
}

/* One pixel, whose kernel_h * kernel_w * in_c activations are at in. Writes out_c bytes. The fast path
 * reads depth4 of them. */
void mk_pair_pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out);

#ifdef MK_NN_DSP

/* Takes depth4 / 4 words of each of four pixels apart into columns, int16[depth4 / 2][4 pixels][2]. */
int16_t *mk_pair_widen(const int8_t *const pixels[4], uint32_t words, int16_t *columns);

/* Four pixels, whose widened columns are given, and all channels: writes 4 x out_c bytes. */
void mk_pair_block(const MK_FLASH mk_conv *conv, const int16_t *columns, int8_t *out);
#endif

#endif
