/* Softmax over rows of int8 scores.
 *
 *   in    int8[rows][classes], out int8[rows][classes] with scale 1/256 and zero point -128; out may be in.
 *         Or out int16[rows][classes] with scale 1/65536 and zero point -32768, which must not be in
 *   exps  int32[count], Q31: exps[d] = exp(-d * scale * beta); a difference of count or more counts as 0
 *
 * Source: gemmlowp's fixed-point reciprocal (three Newton steps), as in TensorFlow Lite Micro.
 */
#ifndef MOTEKIT_NN_SOFTMAX_H
#define MOTEKIT_NN_SOFTMAX_H

#include "motekit/nn_quant.h"

typedef struct {
    const MK_FLASH int32_t *exps;
    uint16_t count; /* 1..256 */
    uint32_t rows, classes;
} mk_softmax;

void mk_softmax_s8(const MK_FLASH mk_softmax *softmax, const int8_t *in, int8_t *out);
void mk_softmax_s8_s16(const MK_FLASH mk_softmax *softmax, const int8_t *in, int16_t *out);

#endif
