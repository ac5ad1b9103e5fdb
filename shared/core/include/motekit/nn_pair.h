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
 * zeros to depth4, a multiple of 4; an odd last channel is paired with zeros.
 *
 * Requantization of the fast form only: right shifts of 2..31, |sum| < 2^30 for every sum with its
 * bias, |sum without bias| < 2^23. The compiler checks that for the model's weights and takes
 * another kernel otherwise.
 *
 * Every kernel may read up to 3 bytes past the end of `in`, and ignores them.
 */
#ifndef MOTEKIT_NN_PAIR_H
#define MOTEKIT_NN_PAIR_H

#include "motekit/nn_quant.h"

/* out = clamp(round(round((bias + sum) * multiplier / 2^31) * scale / 2^32) + out_zero) */
typedef struct {
    int32_t bias;       /* with -in_zero * sum(weights) folded in */
    int32_t multiplier; /* Q31 */
    int32_t scale;      /* 2^(32 - right shift) */
} mk_pair_channel;

typedef struct {
    const int32_t *weights;          /* [ceil(out_c / 2)][depth4 / 2] */
    const mk_pair_channel *channels; /* [out_c] rounded up to an even number; the odd one out is zero */
    uint16_t batch;
    uint16_t in_h, in_w, in_c;
    uint16_t out_h, out_w, out_c;
    uint16_t kernel_h, kernel_w;
    uint16_t stride_h, stride_w;
    uint16_t dilation_h, dilation_w;
    int16_t pad_top, pad_left;
    int16_t in_zero, out_zero;
    int16_t act_min, act_max;
    uint16_t depth4; /* kernel_h * kernel_w * in_c rounded up to a multiple of 4 */
} mk_conv_pair;

/* 1x1, stride 1, no padding; in int8[batch * out_h * out_w][in_c]. Dense layers too.
 * scratch: MK_POINTWISE_PAIR_SCRATCH bytes, 4-aligned. May write over its own input: out <= in - pixels * max(0, out_c - in_c). */
void mk_pointwise_s8_pair(const mk_conv_pair *conv, const int8_t *in, int8_t *out, void *scratch);

/* Any convolution without groups. scratch: MK_CONV_PAIR_SCRATCH bytes, 4-aligned.
 * Reads for output row y no input row before y * stride_h - pad_top, and in a row for 4 outputs
 * together nothing after the first of them is written. */
void mk_conv_s8_pair(const mk_conv_pair *conv, const int8_t *in, int8_t *out, void *scratch);

/* Fully connected: in int8[batch][in_c], out int8[batch][out_c]; out must not overlap in. No scratch. */
void mk_dense_s8_pair(const mk_conv_pair *dense, const int8_t *in, int8_t *out);

#define MK_POINTWISE_PAIR_SCRATCH(depth4) (8u * (depth4))
#define MK_CONV_PAIR_SCRATCH(depth4) (12u * (depth4))

#endif
