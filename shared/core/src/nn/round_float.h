/* round() without the C library: to the nearest, ties away from zero; everything beyond +-2^20 (and not-a-number,
 * downwards) is cut off there, which is far outside every quantized type that asks. */
#ifndef MOTEKIT_ROUND_FLOAT_H
#define MOTEKIT_ROUND_FLOAT_H

#include "motekit/nn_data.h"

static inline int32_t mk_round_float(float x)
{
    if (!(x > -1048576.0f))
        return -1048576;
    if (x > 1048576.0f)
        return 1048576;
    const int32_t whole = (int32_t)x;
    const float rest = x - (float)whole;
    return whole + (rest >= 0.5f) - (rest <= -0.5f);
}

#endif
