/* Elementwise operators on int8. The output may be either input when shapes allow (no broadcast).
 *
 * Operators of two inputs see them as four-dimensional with broadcast strides: element
 * (i, j, k, l) of an input is at i * stride[0] + j * stride[1] + k * stride[2] + l * stride[3],
 * stride 0 along a broadcast axis. out is dense. The compiler merges axes, so that without
 * broadcast shape is {1, 1, 1, n}.
 */
#ifndef MOTEKIT_NN_ELEMENTWISE_H
#define MOTEKIT_NN_ELEMENTWISE_H

#include "motekit/nn_quant.h"

typedef struct {
    int32_t shape[4];
    int32_t stride_a[4], stride_b[4];
} mk_broadcast;

/* Sum or difference: out = clamp(requantize(a' + sign * b') + out_zero), where
 * a' = requantize((a - zero_a) << left_shift), likewise b'; the difference is compiled in sign_b. */
typedef struct {
    mk_broadcast over;
    int32_t multiplier_a, multiplier_b, multiplier_out;
    int8_t shift_a, shift_b, shift_out; /* <= 0 for the inputs */
    int8_t left_shift, sign_b;
    int16_t zero_a, zero_b, out_zero;
    int16_t act_min, act_max;
} mk_add;

/* Product: out = clamp(requantize((a - zero_a) * (b - zero_b)) + out_zero) */
typedef struct {
    mk_broadcast over;
    int32_t multiplier;
    int8_t shift;
    int16_t zero_a, zero_b, out_zero;
    int16_t act_min, act_max;
} mk_mul;

/* in >= in_zero: out = clamp(requantize_above(in - in_zero) + out_zero), otherwise
 * out = clamp(requantize_below((in - in_zero) * (alpha - alpha_zero)) + out_zero) */
typedef struct {
    mk_broadcast over;
    int32_t multiplier_above, multiplier_below;
    int8_t shift_above, shift_below;
    int16_t in_zero, alpha_zero, out_zero;
} mk_prelu;

void mk_add_s8(const MK_FLASH mk_add *add, const int8_t *a, const int8_t *b, int8_t *out);
void mk_mul_s8(const MK_FLASH mk_mul *mul, const int8_t *a, const int8_t *b, int8_t *out);
void mk_maximum_s8(const MK_FLASH mk_broadcast *over, const int8_t *a, const int8_t *b, int8_t *out);
void mk_minimum_s8(const MK_FLASH mk_broadcast *over, const int8_t *a, const int8_t *b, int8_t *out);
void mk_prelu_s8(const MK_FLASH mk_prelu *prelu, const int8_t *in, const int8_t *alpha, int8_t *out);

/* out[i] = table[in[i] + 128]: every operator of one int8 input and one int8 output. out may be in. */
void mk_lookup_s8(const MK_FLASH int8_t table[256], uint32_t n, const int8_t *in, int8_t *out);

#endif
