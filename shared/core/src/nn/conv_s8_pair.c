#include "pair.h"

#include <string.h>

static inline int8_t *copy(int8_t *to, const int8_t *from, uint32_t bytes)
{
    for (; bytes >= 4; bytes -= 4, to += 4, from += 4)
        memcpy(to, from, 4);
    if (bytes & 2u) {
        memcpy(to, from, 2);
        to += 2;
        from += 2;
    }
    if (bytes & 1u)
        *to++ = *from;
    return to;
}

static inline int8_t *fill(int8_t *to, int32_t value, uint32_t bytes)
{
    memset(to, value, bytes);
    return to + bytes;
}

/* What the filter sees at one output pixel, padding included. */
static void gather(const mk_conv *conv, const int8_t *in, int32_t top, int32_t left, int8_t *patch)
{
    const int32_t in_h = conv->in_h, in_w = conv->in_w;
    const uint32_t in_c = conv->in_c;

    for (int32_t ky = 0; ky < conv->kernel_h; ky++) {
        const int32_t row = top + ky * conv->dilation_h;
        int32_t column = left, kx = 0;
        if (row < 0 || row >= in_h) {
            patch = fill(patch, conv->in_zero, conv->kernel_w * in_c);
            continue;
        }
        if (conv->dilation_w == 1) {
            const int32_t before = left < 0 ? (left < -conv->kernel_w ? conv->kernel_w : -left) : 0;
            const int32_t last = left + conv->kernel_w > in_w ? in_w - left : conv->kernel_w;
            if (before)
                patch = fill(patch, conv->in_zero, (uint32_t)before * in_c);
            if (last > before)
                patch = copy(patch, in + (uint32_t)(row * in_w + left + before) * in_c, (uint32_t)(last - before) * in_c);
            kx = last > before ? last : before;
            if (kx < conv->kernel_w)
                patch = fill(patch, conv->in_zero, (uint32_t)(conv->kernel_w - kx) * in_c);
            continue;
        }
        for (; kx < conv->kernel_w; kx++, column += conv->dilation_w) {
            if (column < 0 || column >= in_w)
                patch = fill(patch, conv->in_zero, in_c);
            else
                patch = copy(patch, in + (uint32_t)(row * in_w + column) * in_c, in_c);
        }
    }
}

/* Walks the output pixels: rows, then columns. */
typedef struct {
    int32_t top, left; /* of the filter, in the input */
    uint32_t x;
} position;

static void advance(const mk_conv *conv, position *at)
{
    at->left += conv->stride_w;
    if (++at->x == conv->out_w) {
        at->x = 0;
        at->left = -conv->pad_left;
        at->top += conv->stride_h;
    }
}

void mk_conv_s8_pair(const mk_conv *conv, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t image = (uint32_t)conv->in_h * conv->in_w * conv->in_c;
    const uint32_t pixels = (uint32_t)conv->out_h * conv->out_w;
    int8_t *const patches = (int8_t *)scratch + 8u * depth4;
#ifdef MK_PAIR_DSP
    const uint32_t run = (uint32_t)conv->kernel_w * conv->in_c;
    const uint32_t in_row = (uint32_t)conv->in_w * conv->in_c * conv->dilation_h;
    const int32_t last_top = (int32_t)conv->in_h - (conv->kernel_h - 1) * conv->dilation_h - 1;
    const int32_t last_left = (int32_t)conv->in_w - conv->kernel_w;
    /* rows of the filter that are whole words can be read where they lie */
    const int direct = conv->dilation_w == 1 && run % 4u == 0;
#endif

    for (uint32_t n = 0; n < conv->batch; n++, in += image) {
        position at = {-conv->pad_top, -conv->pad_left, 0};
        uint32_t done = 0;
#ifdef MK_PAIR_DSP
        for (; done + 4u <= pixels; done += 4u) {
            const int8_t *block[4];
            uint32_t step[4];
            int16_t *columns = scratch;
            int8_t *patch = patches;
            for (uint32_t i = 0; i < 4; i++, patch += depth4, advance(conv, &at)) {
                if (direct && at.top >= 0 && at.left >= 0 && at.top <= last_top && at.left <= last_left) {
                    block[i] = in + ((uint32_t)at.top * conv->in_w + (uint32_t)at.left) * conv->in_c;
                    step[i] = in_row;
                } else {
                    gather(conv, in, at.top, at.left, patch);
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
            mk_pair_clamp(conv, out, 4u * conv->out_c);
            out += 4u * conv->out_c;
        }
#endif
        for (; done < pixels; done++, advance(conv, &at)) {
            gather(conv, in, at.top, at.left, patches);
            mk_pair_pixel(conv, patches, out);
            mk_pair_clamp(conv, out, conv->out_c);
            out += conv->out_c;
        }
    }
}
