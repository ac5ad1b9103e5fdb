/* What a convolution's filter sees at each output pixel. */
#ifndef MK_NN_PATCH_H
#define MK_NN_PATCH_H

#include "motekit/nn_conv.h"

/* Products of one output: kernel_h * kernel_w * in_c. */
static inline uint32_t mk_patch_depth(const MK_FLASH mk_conv *conv)
{
    return (uint32_t)conv->kernel_h * conv->kernel_w * conv->in_c;
}

/* Copies the int8[kernel_h][kernel_w][in_c] under the filter whose corner is at (top, left), padding included. May
 * read and write 3 bytes past the end of both. */
void mk_patch_gather(const MK_FLASH mk_conv *conv, const int8_t *in, int32_t top, int32_t left, int8_t *patch);

/* The output pixels in order: rows, then columns. */
typedef struct {
    int32_t top, left; /* of the filter, in the input */
    uint32_t x;
} mk_patch_position;

static inline mk_patch_position mk_patch_first(const MK_FLASH mk_conv *conv)
{
    return (mk_patch_position){-conv->pad_top, -conv->pad_left, 0};
}

static inline void mk_patch_next(const MK_FLASH mk_conv *conv, mk_patch_position *at)
{
    at->left += conv->stride_w;
    if (++at->x == conv->out_w) {
        at->x = 0;
        at->left = -conv->pad_left;
        at->top += conv->stride_h;
    }
}

/* Clamps to an activation range narrower than int8, for kernels that themselves saturate to int8. */
static inline void mk_patch_clamp(const MK_FLASH mk_conv *conv, int8_t *out, uint32_t count)
{
    if (conv->act_min <= INT8_MIN && conv->act_max >= INT8_MAX)
        return;
    for (uint32_t i = 0; i < count; i++)
        out[i] = (int8_t)mk_clamp(out[i], conv->act_min, conv->act_max);
}

#endif
