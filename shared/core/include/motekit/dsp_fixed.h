/* Fixed-point arithmetic that every core rounds alike.
 *
 * Source: the ARM DSP extension's SMMUL defines mk_mul_high; the plain C below is its meaning.
 */
#ifndef MOTEKIT_DSP_FIXED_H
#define MOTEKIT_DSP_FIXED_H

#include <stdint.h>

/* Upper 32 bits of the 64-bit product, rounded towards minus infinity. */
static inline int32_t mk_mul_high(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b) >> 32);
}

static inline int16_t mk_saturate_int16(int32_t x)
{
    return (int16_t)(x > INT16_MAX ? INT16_MAX : x < INT16_MIN ? INT16_MIN : x);
}

static inline int8_t mk_saturate_int8(int32_t x)
{
    return (int8_t)(x > INT8_MAX ? INT8_MAX : x < INT8_MIN ? INT8_MIN : x);
}

/* Number of leading zero bits; x must not be 0. */
static inline uint32_t mk_leading_zeros(uint32_t x)
{
#if defined(__GNUC__) && __SIZEOF_INT__ == 4
    return (uint32_t)__builtin_clz(x);
#elif defined(__GNUC__)
    return (uint32_t)__builtin_clzl(x);
#else
    uint32_t n = 0;
    while (!(x & 0x80000000u)) {
        x <<= 1;
        n++;
    }
    return n;
#endif
}

#endif
