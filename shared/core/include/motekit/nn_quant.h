/* Integer arithmetic that every kernel shares: TensorFlow Lite Micro's requantization, bit for bit.
 *
 * A real factor m is stored as multiplier (Q31, 2^30 <= multiplier < 2^31, or 0) and shift
 * (-31..30): m = multiplier / 2^31 * 2^shift. The product is rounded twice, as gemmlowp does:
 * to the nearest at bit 31, ties upwards; then to the nearest at bit -shift, ties away from zero.
 * Source: Jacob et al., Quantization and Training of Neural Networks for Efficient Integer-
 * Arithmetic-Only Inference, CVPR 2018.
 */
#ifndef MOTEKIT_NN_QUANT_H
#define MOTEKIT_NN_QUANT_H

#include <stdint.h>

#include "motekit/flash.h"

/* What turns the sum of one output channel into a byte; 12 bytes of flash a channel.
 * bias has the input's zero point folded in: bias - in_zero * sum(weights of the channel). */
typedef struct {
    int32_t bias;
    int32_t multiplier;
    int32_t shift;
} mk_channel;

/* x * 2^bits, wrapping as two's complement machines do; bits 0..31 */
static inline int32_t mk_shift_left(int32_t x, int32_t bits)
{
    return (int32_t)((uint32_t)x << (uint32_t)bits);
}

/* round(a * b / 2^31), ties upwards; a * b = 2^62 saturates */
static inline int32_t mk_mul_q31(int32_t a, int32_t b)
{
    if (a == INT32_MIN && b == INT32_MIN)
        return INT32_MAX;
#if defined(__thumb__) && !defined(__thumb2__)
    /* Cortex-M0 has no long product: from four short ones, of which the lowest only carries */
    const int32_t a_high = a >> 16, b_high = b >> 16;
    const uint32_t a_low = (uint32_t)a & 0xffffu, b_low = (uint32_t)b & 0xffffu;
    const int32_t middle = a_high * (int32_t)b_low + (int32_t)((a_low * b_low) >> 16);
    const int32_t rest = (int32_t)a_low * b_high + (int32_t)((uint32_t)middle & 0xffffu);
    const int32_t high = a_high * b_high + (middle >> 16) + (rest >> 16);
    return (int32_t)((uint32_t)high << 1) + (int32_t)((((uint32_t)rest << 16 >> 30) + 1u) >> 1);
#else
    return (int32_t)(((int64_t)a * b + (INT64_C(1) << 30)) >> 31);
#endif
}

/* round(x / 2^bits), ties away from zero; bits 0..31 */
static inline int32_t mk_round_shift(int32_t x, int32_t bits)
{
    const int32_t mask = (int32_t)((UINT32_C(1) << (uint32_t)bits) - 1u);
    const int32_t rest = x & mask;
    const int32_t half = (mask >> 1) + (x < 0);
    return (x >> bits) + (rest > half);
}

/* round(x * multiplier * 2^(shift - 31)) as described above */
static inline int32_t mk_requantize(int32_t x, int32_t multiplier, int32_t shift)
{
    if (shift > 0)
        return mk_mul_q31(mk_shift_left(x, shift), multiplier);
    return mk_round_shift(mk_mul_q31(x, multiplier), -shift);
}

static inline int32_t mk_clamp(int32_t x, int32_t low, int32_t high)
{
    if (x < low)
        return low;
    return x > high ? high : x;
}

#endif
