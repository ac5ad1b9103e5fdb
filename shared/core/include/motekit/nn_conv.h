/* Convolutions on int8 activations and int8 weights (symmetric), NHWC.
 *
 *   in    int8[batch][in_h][in_w][in_c]
 *   out   int8[batch][out_h][out_w][out_c]
 *   out = clamp(requantize(channel.bias + sum(in * weight)) + out_zero, act_min, act_max)
 *
 * Outside the input (padding) in reads as in_zero, because the channels' biases have -in_zero *
 * sum(weights) folded in. The sums never leave int32: the compiler has checked it for these weights.
 * Every kernel of this file takes the same structure and differs in the layout of `weights`,
 * which the compiler arranges; a kernel's plain C and its fast paths read the same layout.
 */
#ifndef MOTEKIT_NN_CONV_H
#define MOTEKIT_NN_CONV_H

#include "motekit/nn_quant.h"

typedef struct {
    const MK_FLASH int8_t *weights;
    const MK_FLASH mk_channel *channels; /* [out_c] */
    uint16_t batch;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t in_zero, out_zero;
    int16_t act_min, act_max;
} mk_conv;

/* Any convolution, also grouped: groups = in_c / (input channels of the filter).
 * weights int8[out_c][kernel_h][kernel_w][group_c], group_c = in_c / groups. No scratch.
 * Writes out in order of rows, columns, channels; reads for output row y no input row
 * before y * stride_h - pad_top. */
void mk_conv_s8(const MK_FLASH mk_conv *conv, uint16_t group_c, const int8_t *in, int8_t *out);

/* Depthwise: output channel c reads input channel c / multiplier, multiplier = out_c / in_c.
 * weights int8[kernel_h][kernel_w][out_c]. No scratch. Same order of reads and writes. */
void mk_depthwise_s8(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out);

/* Transposed convolution: input pixel (y, x) adds to outputs (y * stride_h - pad_top + ky, ...).
 * weights int8[out_c][kernel_h][kernel_w][in_c]; biases without the zero point folded in, since which
 * taps meet an input depends on the place. */
void mk_transpose_conv_s8(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out);

#endif
