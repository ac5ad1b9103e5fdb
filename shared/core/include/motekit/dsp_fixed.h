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

/* x for x >= 0, -x - 1 for x < 0: has the leading zeros that x has sign bits, less one. */
static inline int32_t mk_magnitude_bits(int32_t x)
{
    return x ^ (x >> 31);
}

/* x * 2^bits; the caller knows that it fits. */
static inline int32_t mk_shift_left(int32_t x, uint32_t bits)
{
    return (int32_t)((uint32_t)x << bits);
}

/* Two neighbouring int16, loaded and multiplied as pairs where the core has instructions for it. */
#if defined(__ARM_FEATURE_DSP)
typedef uint32_t mk_pair;

static inline mk_pair mk_load_pair(const int16_t *x)
{
    mk_pair pair;
    __builtin_memcpy(&pair, x, sizeof pair);
    return pair;
}

static inline int32_t mk_mul_lower(mk_pair a, mk_pair b)
{
    int32_t product;
    __asm__("smulbb %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}

static inline int32_t mk_mul_upper(mk_pair a, mk_pair b)
{
    int32_t product;
    __asm__("smultt %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}
/* sum + both products of two pairs */
static inline int64_t mk_add_pair(int64_t sum, mk_pair a, mk_pair b)
{
    __asm__("smlald %Q0, %R0, %1, %2" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}
#else
typedef struct {
    int16_t lower, upper;
} mk_pair;

static inline mk_pair mk_load_pair(const int16_t *x)
{
    return (mk_pair){x[0], x[1]};
}

static inline int32_t mk_mul_lower(mk_pair a, mk_pair b)
{
    return (int32_t)a.lower * b.lower;
}

static inline int32_t mk_mul_upper(mk_pair a, mk_pair b)
{
    return (int32_t)a.upper * b.upper;
}

static inline int64_t mk_add_pair(int64_t sum, mk_pair a, mk_pair b)
{
    return sum + (int32_t)a.lower * b.lower + (int32_t)a.upper * b.upper;
}
#endif

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
