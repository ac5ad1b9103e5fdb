/* What the filters of an SVDF make of the newest input. */
#ifndef MK_NN_SVDF_INTERNAL_H
#define MK_NN_SVDF_INTERNAL_H

#include "motekit/nn_recurrent.h"
#include "dot4.h"
#include "dsp.h"

/* mk_requantize; its branches are the same for all filters of a layer */
static inline int32_t mk_svdf_scale(int32_t sum, int32_t multiplier, int32_t shift)
{
#ifdef MK_NN_DSP
    if (shift < 0) /* a multiplier is not negative: nothing saturates */
        return mk_round_shift_fast((int32_t)(((int64_t)sum * multiplier + (INT64_C(1) << 30)) >> 31), -shift);
#endif
    return mk_requantize(sum, multiplier, shift);
}

/* Sums of four filters from the first one on, without their biases; there may be no more than one. */
static inline void mk_svdf_project(const MK_FLASH mk_svdf *svdf, uint32_t first, const int8_t *in, int32_t sums[4])
{
    const uint32_t inputs = svdf->inputs, last = (uint32_t)svdf->units * svdf->rank - 1u;
    const MK_FLASH int8_t *row = svdf->features + first * inputs;
#if defined(__AVR__)
    for (uint32_t i = 0; i < 4 && first + i <= last; i++) {
        sums[i] = 0;
        for (uint32_t k = 0; k < inputs; k++)
            sums[i] += *row++ * in[k];
    }
#else
    const int8_t *rows[4];
    for (uint32_t i = 0; i < 4; i++) {
        rows[i] = row; /* past the last filter its row is read again */
        if (first + i < last)
            row += inputs;
    }
    mk_dot4(rows, in, inputs, sums);
#endif
}

#endif
