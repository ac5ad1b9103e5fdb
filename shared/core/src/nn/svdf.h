/* What a filter of an SVDF makes of the newest input. */
#ifndef MK_NN_SVDF_INTERNAL_H
#define MK_NN_SVDF_INTERNAL_H

#include "motekit/nn_recurrent.h"
#include "dsp.h"

/* The newest value of a filter's memory, before its zero point; feature is a row of inputs weights. */
static inline int32_t mk_svdf_newest(const MK_FLASH mk_svdf *svdf, const MK_FLASH int8_t *feature, const int8_t *in,
                                     int32_t sum)
{
    uint32_t i = 0;
#ifdef MK_NN_DSP
    for (; i + 4 <= svdf->inputs; i += 4)
        sum = mk_mac4(mk_load4(&feature[i]), mk_widen(mk_load4(&in[i])), sum);
#endif
    for (; i < svdf->inputs; i++)
        sum += feature[i] * in[i];
    return mk_requantize(sum, svdf->multiplier_state, svdf->shift_state);
}

#endif
