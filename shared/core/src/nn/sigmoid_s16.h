/* Sigmoid and tanh of one value from a table of sigmoid(i / 24), linear between entries.
 * tanh(x) = 2 sigmoid(2x) - 1 lets both use it; the table covers the positive half. */
#ifndef MOTEKIT_SIGMOID_S16_H
#define MOTEKIT_SIGMOID_S16_H

#include "motekit/nn_wide.h"

static inline int32_t mk_sigmoid_input(const MK_FLASH mk_wide_sigmoid *sigmoid, int32_t x)
{
    const int32_t half = sigmoid->shift > 0 ? INT32_C(1) << (sigmoid->shift - 1) : 0;
    return (x * sigmoid->multiplier + half) >> sigmoid->shift;
}

static inline int16_t mk_logistic_q15(const MK_FLASH mk_wide_sigmoid *sigmoid, int32_t x)
{
    const int32_t scaled = mk_sigmoid_input(sigmoid, x);
    const uint32_t size = scaled < 0 ? (uint32_t)-scaled : (uint32_t)scaled;
    const uint32_t index = size >> 9;
    uint32_t value = UINT32_C(0x7FFF) << 10; /* Q25 */
    if (index < 255) {
        const uint32_t low = sigmoid->table[index], high = sigmoid->table[index + 1];
        value = (low << 9) + (size & 511u) * (high - low);
    }
    value = scaled >= 0 ? value + (1u << 9) : (UINT32_C(1) << 25) - value + (1u << 9) - 1u;
    return (int16_t)(uint16_t)(value >> 10);
}

static inline int16_t mk_tanh_q15(const MK_FLASH mk_wide_sigmoid *sigmoid, int32_t x)
{
    const int32_t scaled = mk_sigmoid_input(sigmoid, x);
    const uint32_t size = scaled < 0 ? (uint32_t)-scaled : (uint32_t)scaled;
    const uint32_t index = size >> 8;
    int32_t value = INT32_C(0xFFFF) << 8; /* Q24 */
    if (index < 255) {
        const uint32_t low = sigmoid->table[index], high = sigmoid->table[index + 1];
        value = (int32_t)((low << 8) + (size & 255u) * (high - low));
    }
    value = scaled >= 0 ? value - (INT32_C(1) << 23) + (1 << 7) : -value + (INT32_C(1) << 23) + (1 << 7) - 1;
    return (int16_t)(value >> 8);
}

#endif
