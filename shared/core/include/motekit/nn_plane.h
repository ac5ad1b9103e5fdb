/* Depthwise convolution, channel by channel, through copied planes.
 *
 * Four channels at a time are copied into planes of int16 with their padding, by bands of rows; all
 * outputs of a channel are then computed with its weights in registers. Because a band is copied
 * before its outputs are written, a layer whose output has the shape of its input may run in place.
 *
 * Takes: |sum| < 2^30 for every channel; along an axis with dilation, stride 1. Weights and channels as for
 * mk_depthwise_s8. Dilation d is computed as d layers without, of every d-th pixel each.
 *
 * The walk may be transposed: planes then hold columns of the image as rows, which pays when the
 * output is higher than wide.
 */
#ifndef MOTEKIT_NN_PLANE_H
#define MOTEKIT_NN_PLANE_H

#include "motekit/nn_conv.h"

typedef struct {
    uint16_t band;      /* output rows (columns, if transposed) of a band, at least 1 */
    uint16_t transpose; /* 0 or 1 */
} mk_plane;

/* scratch: 4-aligned, 4 * kernel_h * kernel_w + 8 * ((band - 1) * stride + kernel) * width bytes, where stride
 * and kernel are those across the rows of a plane, and width is (outputs - 1) * stride + kernel + 1, rounded
 * up to an even number, along them; outputs are those of one phase of the dilation, rounded up. May read up to 3
 * bytes past the end of in. In place if in and out have the same shape and the padding is a multiple of the
 * dilation; they must not overlap otherwise. */
void mk_depthwise_s8_plane(const MK_FLASH mk_conv *conv, const MK_FLASH mk_plane *plane, const int8_t *in, int8_t *out,
                           void *scratch);

#endif
