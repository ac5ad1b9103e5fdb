/* Convolutions and dense layers whose weights lie in pairs of output channels, for cores with the
 * DSP extension (Cortex-M4, M7, M33). Plain C reads the same layout and gives the same bits.
 *
 * Weights. Output channels a = 2j and b = 2j + 1 share one stream of 16-bit numbers
 *
 *     h[k] = 256 * b[k] + a[k]            a, b in -127..127, k = (kernel row, kernel column, input channel)
 *
 * so that one 16x16 product works for both: sum(h x) = 256 B + A, and the low byte of h, sign
 * extended, is a, which gives A. Four k make two words: (h[0], h[2]) and (h[1], h[3]), low half
 * first, which is the order in which SXTB16 takes activations apart. The number of k is padded with
 * zeros to depth4, a multiple of 4; an odd last channel is paired with zeros. `weights` of mk_conv
 * points to these words, little-endian int32[ceil(out_c / 2)][depth4 / 2], 4-aligned.
 *
 * Requantization. `shift` of mk_channel holds 2^(32 - right shift) instead of the shift, which must
 * be 2..31; `channels` has an even number of entries. |sum| < 2^30 for every sum with its bias and
 * |sum without bias| < 2^23: the compiler checks that for the model's weights and takes another
 * kernel otherwise.
 *
 * Every kernel may read up to 3 bytes past the end of `in`, and ignores them.
 */
#ifndef MOTEKIT_NN_PAIR_H
#define MOTEKIT_NN_PAIR_H

#include "motekit/nn_conv.h"

/* 1x1, stride 1, no padding; in int8[batch * out_h * out_w][in_c]. Dense layers too.
 * scratch: 8 * depth4 bytes, 4-aligned. May write over its own input if out <= in - pixels * max(0, out_c - in_c). */
void mk_pointwise_s8_pair(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out, void *scratch);

/* Any convolution without groups. scratch: 12 * depth4 + 4 bytes, 4-aligned.
 * Reads for output row y no input row before y * stride_h - pad_top, and in a row for 4 outputs
 * together nothing after the first of them is written. */
void mk_conv_s8_pair(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out, void *scratch);

/* Fully connected: in int8[batch][in_c], out int8[batch][out_c], 1x1 everywhere else; out must not overlap
 * in. No scratch. */
void mk_dense_s8_pair(const MK_FLASH mk_conv *dense, const int8_t *in, int8_t *out);

#endif
