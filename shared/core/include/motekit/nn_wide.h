/* Layers on int16 activations and int8 weights ("16x8"), zero points 0, NHWC.
 *
 * Sums are 64 bits wide. TensorFlow Lite Micro scales a sum with a 64-bit bias by a multiplier of 16
 * bits and rounds once; a layer with a 32-bit bias is scaled like an int8 layer. `narrow` says which.
 *
 *   out = clamp(scale(bias + sum(in * weight)), act_min, act_max)
 */
#ifndef MOTEKIT_NN_WIDE_H
#define MOTEKIT_NN_WIDE_H

#include "motekit/nn_conv.h"
#include "motekit/nn_elementwise.h"
#include "motekit/nn_pool.h"

/* narrow: multiplier and shift of nn_quant.h. Otherwise multiplier is Q15 and shift is the total right shift. */
typedef struct {
    int64_t bias;
    int32_t multiplier;
    int32_t shift;
} mk_wide_channel;

typedef struct {
    mk_conv conv; /* its channels are not used */
    const MK_FLASH mk_wide_channel *channels;
    uint16_t group_c;
    uint8_t narrow;
} mk_wide_conv;

/* weights as in mk_conv_s8 and mk_depthwise_s8; a dense layer is a 1x1 convolution */
void mk_conv_s16(const MK_FLASH mk_wide_conv *wide, const int16_t *in, int16_t *out);
void mk_depthwise_s16(const MK_FLASH mk_wide_conv *wide, const int16_t *in, int16_t *out);

void mk_avgpool_s16(const MK_FLASH mk_pool *pool, const int16_t *in, int16_t *out);
void mk_maxpool_s16(const MK_FLASH mk_pool *pool, const int16_t *in, int16_t *out);
void mk_add_s16(const MK_FLASH mk_add *add, const int16_t *a, const int16_t *b, int16_t *out);
void mk_mul_s16(const MK_FLASH mk_mul *mul, const int16_t *a, const int16_t *b, int16_t *out);

/* Softmax: exps and reciprocals are int16[513] tables of exp on [-10, 0] and 1 / (1 + x) on [0, 1],
 * read with linear interpolation. out is Q15 and must not be in. */
typedef struct {
    const MK_FLASH int16_t *exps, *reciprocals;
    uint32_t rows, classes;
    int32_t multiplier, shift; /* difference of two inputs to 10 / 65535 */
} mk_wide_softmax;

void mk_softmax_s16(const MK_FLASH mk_wide_softmax *softmax, const int16_t *in, int16_t *out);

/* 1 / (1 + exp(-x)) and tanh(x) in Q15 from table[256], sigmoid(i / 24) in Q16. The input is scaled by
 * multiplier / 2^shift to 1 / (3 * 4096) first. out may be in. */
typedef struct {
    const MK_FLASH uint16_t *table;
    int32_t multiplier, shift;
} mk_wide_sigmoid;

void mk_logistic_s16(const MK_FLASH mk_wide_sigmoid *sigmoid, uint32_t n, const int16_t *in, int16_t *out);
void mk_tanh_s16(const MK_FLASH mk_wide_sigmoid *sigmoid, uint32_t n, const int16_t *in, int16_t *out);

#endif
