/* The instructions of the DSP extension that the fast paths share. */
#ifndef MK_NN_DSP_H
#define MK_NN_DSP_H

#include <stdint.h>
#include <string.h>

/* Loops that need most of the registers are naked functions, which every level of optimization takes. */
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define MK_NN_DSP 1

/* a naked function takes its arguments from the registers that the calling convention puts them in */
#define MK_UNUSED __attribute__((unused))

/* (a * b + 2^31) >> 32: with a doubled, the first rounding of a requantization */
static inline int32_t mk_smmulr(int32_t a, int32_t b)
{
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

/* c + ((a * b + 2^31) >> 32) */
static inline int32_t mk_smmlar(int32_t a, int32_t b, int32_t c)
{
    int32_t result;
    __asm__("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(c));
    return result;
}

/* Saturated to int8 */
static inline int8_t mk_ssat8(int32_t x)
{
    __asm__("ssat %0, #8, %0" : "+r"(x));
    return (int8_t)x;
}

/* Four bytes, at any address */
static inline int32_t mk_load4(const void *at)
{
    int32_t word;
    memcpy(&word, at, 4);
    return word;
}

/* Bytes 0 and 2 of a word, and bytes 1 and 3, each widened to 16 bits */
typedef struct {
    int32_t even, odd;
} mk_halves;

static inline mk_halves mk_widen(int32_t word)
{
    mk_halves halves;
    __asm__("sxtb16 %0, %1" : "=r"(halves.even) : "r"(word));
    __asm__("sxtb16 %0, %1, ror #8" : "=r"(halves.odd) : "r"(word));
    return halves;
}

/* sum + two products of 16 bits */
static inline int32_t mk_smlad(int32_t a, int32_t b, int32_t sum)
{
    __asm__("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
    return sum;
}

/* sum + four products of a word's bytes with widened ones */
static inline int32_t mk_mac4(int32_t word, mk_halves with, int32_t sum)
{
    const mk_halves halves = mk_widen(word);
    return mk_smlad(halves.odd, with.odd, mk_smlad(halves.even, with.even, sum));
}

/* Saturated to int16 */
static inline int32_t mk_ssat16(int32_t x)
{
    __asm__("ssat %0, #16, %0" : "+r"(x));
    return x;
}

/* round(x / 2^bits), ties away from zero; bits 1..31. The last bit shifted out is the carry, and rounds. */
static inline int32_t mk_round_shift_fast(int32_t x, int32_t bits)
{
    x += x >> 31;
    __asm__("asrs %0, %0, %1\n\tadc %0, %0, #0" : "+r"(x) : "r"(bits) : "cc");
    return x;
}

/* Twice a sum to its byte, rounded as mk_requantize does it. scale is 2^(32 - right shift), the shift 2..31.
 * The second rounding takes ties away from zero: negative numbers are moved off their tie before. */
static inline int8_t mk_narrow_twice(int32_t twice, int32_t multiplier, int32_t scale, int32_t out_zero)
{
    const int32_t high = mk_smmulr(twice, multiplier);
    return mk_ssat8(mk_smmlar(high + (high >> 31), scale, out_zero));
}

#endif

#endif
