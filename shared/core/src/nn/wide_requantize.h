/* A 64-bit sum to int32, one way or the other; see nn_wide.h. */
#ifndef MOTEKIT_WIDE_REQUANTIZE_H
#define MOTEKIT_WIDE_REQUANTIZE_H

#include "motekit/nn_wide.h"

static inline int32_t mk_wide_requantize(int64_t sum, const mk_wide_channel *channel, uint8_t narrow)
{
    if (narrow)
        return mk_requantize((int32_t)(uint32_t)sum, channel->multiplier, channel->shift);
    return (int32_t)((sum * channel->multiplier + (INT64_C(1) << (channel->shift - 1))) >> channel->shift);
}

#endif
