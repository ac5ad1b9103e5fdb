/* Convolutions and dense layers with the weights as in the model, for Cortex-M0+ and M3, which
 * multiply one pair of numbers at a time, and for Helium (Cortex-M55), which multiplies sixteen.
 *
 *   weights   int8[out_c][kernel_h][kernel_w][in_c]
 *
 * Four output channels are computed together, for `block` pixels one after the other, which pays with
 * Helium (8); with it no channel may have a left shift. The pixels' activations are copied before their
 * outputs are written, so that layers can run over their own input.
 */
#ifndef MOTEKIT_NN_ROW_H
#define MOTEKIT_NN_ROW_H

#include "motekit/nn_conv.h"

/* 1x1, stride 1, no padding. scratch: block * in_c bytes. May write over its own input if
 * out <= in - pixels * max(0, out_c - in_c). */
void mk_pointwise_s8_row(const MK_FLASH mk_conv *conv, uint16_t block, const int8_t *in, int8_t *out, void *scratch);

/* Any convolution without groups. scratch: block * kernel_h * kernel_w * in_c + 4 bytes. Reads for
 * output row y no input row before y * stride_h - pad_top, and nothing for a pixel after its first output
 * is written. */
void mk_conv_s8_row(const MK_FLASH mk_conv *conv, uint16_t block, const int8_t *in, int8_t *out, void *scratch);

/* Fully connected: in int8[batch][in_c], out int8[batch][out_c], 1x1 everywhere else; out must not overlap
 * in. No scratch. */
void mk_dense_s8_row(const MK_FLASH mk_conv *dense, const int8_t *in, int8_t *out);

#endif
