/* float32 arithmetic that every core rounds alike: quotients, roots and the elementary functions.
 *
 * Sums, products, quotients and square roots are IEEE 754's own; the rest are polynomials evaluated in a
 * fixed order, so that no C library decides a bit. Relative error against float64 (tests/python/dsp/test_math.py):
 *
 *   mk_ln     1.5e-7 of the result or of 1 where |ln| < 1; below FLT_MIN (and 0) MK_LN_FLOOR; NaN below 0
 *   mk_exp    3e-7; 0 below the smallest normal number, infinity above 88.72
 *   mk_sin, mk_cos   absolute 2e-7 for |x| <= 8192 (radians); NaN beyond 2^20
 *   mk_atan2  3e-7 radians absolute; 0 when both are 0
 *
 * A NaN gives a NaN. Source: Cody & Waite, Software Manual for the Elementary Functions (reductions);
 * coefficients fitted by least squares at 400 Chebyshev nodes (docs/dsp.md).
 */
#ifndef MOTEKIT_DSP_MATH_H
#define MOTEKIT_DSP_MATH_H

#include <float.h>
#include <stdint.h>
#include <string.h>

#define MK_LN_FLOOR (-87.336544f) /* ln(FLT_MIN) */
#define MK_PI 3.14159265f

float mk_ln(float x);
float mk_exp(float x);
float mk_sin(float x);
float mk_cos(float x);
float mk_atan2(float y, float x);

static inline uint32_t mk_float_bits(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float mk_float_from(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline float mk_abs(float x)
{
    return mk_float_from(mk_float_bits(x) & 0x7FFFFFFFu);
}

static inline int mk_is_finite(float x)
{
    return (mk_float_bits(x) & 0x7F800000u) != 0x7F800000u;
}

/* a / b, 0 where that lies below FLT_MIN: avr-libc rounds subnormal quotients differently. */
static inline float mk_div(float a, float b)
{
    const float q = a / b;
    return q < FLT_MIN && q > -FLT_MIN ? 0.0f : q;
}

/* Square root of a number known not to be negative: one instruction where the core has it. */
static inline float mk_sqrt(float x)
{
#if defined(__ARM_FP) && (__ARM_FP & 4)
    float root;
    __asm__("vsqrt.f32 %0, %1" : "=t"(root) : "t"(x));
    return root;
#else
    return __builtin_sqrtf(x);
#endif
}

/* sum + a * b and sum - a * b with both roundings. VMLA is not fused: it rounds the product as VMUL does, and
 * GCC only forms it when asked to. */
static inline float mk_add_product(float sum, float a, float b)
{
#if defined(__ARM_FP) && (__ARM_FP & 4)
    __asm__("vmla.f32 %0, %1, %2" : "+t"(sum) : "t"(a), "t"(b));
    return sum;
#else
    return sum + a * b;
#endif
}

static inline float mk_sub_product(float sum, float a, float b)
{
#if defined(__ARM_FP) && (__ARM_FP & 4)
    __asm__("vmls.f32 %0, %1, %2" : "+t"(sum) : "t"(a), "t"(b));
    return sum;
#else
    return sum - a * b;
#endif
}

#endif
