/* A 64-bit sum to int32, one way or the other; see nn_wide.h. */
#ifndef MOTEKIT_WIDE_REQUANTIZE_H
#define MOTEKIT_WIDE_REQUANTIZE_H

#include "motekit/nn_wide.h"

static inline int64_t mk_wide_bias(const MK_FLASH mk_wide_channel *channel)
{
#if defined(__AVR__)
    /* avr-gcc 5 fails on a load of 64 bits from flash */
    const MK_FLASH uint8_t *const bytes = (const MK_FLASH uint8_t *)&channel->bias;
    uint64_t value = 0;
    for (uint8_t i = 8; i; i--)
        value = value << 8 | bytes[i - 1];
    return (int64_t)value;
#else
    return channel->bias;
#endif
}

static inline int32_t mk_wide_requantize(int64_t sum, const MK_FLASH mk_wide_channel *channel, uint8_t narrow)
{
    if (narrow)
        return mk_requantize((int32_t)(uint32_t)sum, channel->multiplier, channel->shift);
    return (int32_t)((sum * channel->multiplier + (INT64_C(1) << (channel->shift - 1))) >> channel->shift);
}

#endif
