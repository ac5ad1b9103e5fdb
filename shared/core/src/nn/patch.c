#include "patch.h"

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

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

/* Rows that lie wholly inside the image. Whole words, or vectors: what is written past a row's end is
 * overwritten by the next, and the scratch memory has room for what is written past the last. */
static void copy_rows(int8_t *to, const int8_t *from, uint32_t bytes, uint32_t rows, uint32_t step)
{
    for (; rows; rows--, from += step, to += bytes) {
#if defined(__ARM_FEATURE_MVE)
        for (int32_t i = 0; i < (int32_t)bytes; i += 16) {
            const mve_pred16_t lanes = vctp8q(bytes - (uint32_t)i);
            vstrbq_p_s8(to + i, vldrbq_z_s8(from + i, lanes), lanes);
        }
#elif defined(__ARM_FEATURE_UNALIGNED)
        int8_t *target = to;
        const int8_t *source = from, *const end = from + bytes;
        do {
            memcpy(target, source, 4);
            target += 4;
            source += 4;
        } while (source < end);
#else
        for (uint32_t i = 0; i < bytes; i++)
            to[i] = from[i];
#endif
    }
}

void mk_patch_gather(const MK_FLASH mk_conv *conv, const int8_t *in, int32_t top, int32_t left, int8_t *patch)
{
    const int32_t in_h = conv->in_h, in_w = conv->in_w, kernel_w = conv->kernel_w;
    const uint32_t in_c = conv->in_c;

    if (conv->dilation_w == 1 && top >= 0 && left >= 0 && left + kernel_w <= in_w &&
        top + (conv->kernel_h - 1) * conv->dilation_h < in_h) {
        copy_rows(patch, in + (uint32_t)(top * in_w + left) * in_c, conv->kernel_w * in_c, conv->kernel_h,
                  (uint32_t)(in_w * conv->dilation_h) * in_c);
        return;
    }
    for (int32_t ky = 0; ky < conv->kernel_h; ky++) {
        const int32_t row = top + ky * conv->dilation_h;
        int32_t column = left, kx = 0;
        if (row < 0 || row >= in_h) {
            patch = fill(patch, conv->in_zero, (uint32_t)kernel_w * in_c);
            continue;
        }
        if (conv->dilation_w == 1) {
            const int32_t before = left < 0 ? (left < -kernel_w ? kernel_w : -left) : 0;
            const int32_t last = left + kernel_w > in_w ? in_w - left : kernel_w;
            if (before)
                patch = fill(patch, conv->in_zero, (uint32_t)before * in_c);
            if (last > before)
                patch = copy(patch, in + (uint32_t)(row * in_w + left + before) * in_c, (uint32_t)(last - before) * in_c);
            kx = last > before ? last : before;
            if (kx < kernel_w)
                patch = fill(patch, conv->in_zero, (uint32_t)(kernel_w - kx) * in_c);
            continue;
        }
        for (; kx < kernel_w; kx++, column += conv->dilation_w) {
            if (column < 0 || column >= in_w)
                patch = fill(patch, conv->in_zero, in_c);
            else
                patch = copy(patch, in + (uint32_t)(row * in_w + column) * in_c, in_c);
        }
    }
}
