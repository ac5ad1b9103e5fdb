/* Depthwise convolution, channel by channel, through copied planes.
 *
 * Four channels at a time are copied into planes of int16 with their padding, by bands of rows; all
 * outputs of a channel are then computed with its weights in registers. Because a band is copied
 * before its outputs are written, a layer whose output has the shape of its input may run in place.
 *
 * Takes: multiplier 1, dilation 1, right shifts of 2..31 and |sum| < 2^30 for every channel. Weights
 * and channels as for mk_depthwise_s8.
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

/* 3x3, strides of 1 or 2. scratch: 4-aligned, 8 * ((band - 1) * stride + 3) * width bytes, where
 * width is the even number (outputs - 1) * stride + 4 or one more, for the outputs along a row of
 * the plane. May read up to 3 bytes past the end of in. In place if in and out have the same shape,
 * out <= in if not (they must not overlap then). */
void mk_depthwise3x3_s8(const mk_conv *conv, const mk_plane *plane, const int8_t *in, int8_t *out, void *scratch);

#endif
