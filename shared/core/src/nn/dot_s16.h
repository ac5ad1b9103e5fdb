/* sum + products of int8 weights and int16 activations, 64 bits wide. */
#ifndef MK_NN_DOT_S16_H
#define MK_NN_DOT_S16_H

#include <string.h>

#include "dsp.h"
#include "motekit/flash.h"

static inline int64_t mk_dot_s16(const MK_FLASH int8_t *weight, const int16_t *in, uint32_t n, int64_t sum)
{
#ifdef MK_NN_DSP
    for (; n >= 4; n -= 4, weight += 4, in += 4) {
        int32_t four, low, high, even, odd, weights;
        memcpy(&four, weight, 4);
        memcpy(&low, in, 4);
        memcpy(&high, in + 2, 4);
        /* SXTB16 takes every second weight: so do these with the activations */
        __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(even) : "r"(low), "r"(high));
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(odd) : "r"(high), "r"(low));
        __asm__("sxtb16 %0, %1" : "=r"(weights) : "r"(four));
        __asm__("smlald %Q0, %R0, %1, %2" : "+r"(sum) : "r"(weights), "r"(even));
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(weights) : "r"(four));
        __asm__("smlald %Q0, %R0, %1, %2" : "+r"(sum) : "r"(weights), "r"(odd));
    }
#endif
    for (; n; n--)
        sum += (int32_t)*weight++ * *in++;
    return sum;
}

#endif
