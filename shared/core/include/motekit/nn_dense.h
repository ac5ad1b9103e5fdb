/* Fully connected layer on int8 activations and int8 weights.
 *
 *   in    int8[rows][inputs], out int8[rows][outputs]
 *   bias  int32[outputs], with -in_zero * sum(weights of the row) folded in
 *   out = clamp(requantize(bias + sum(in * weight)) + out_zero, act_min, act_max)
 *
 * One multiplier for all outputs; a layer with one per output is compiled as a 1x1 convolution.
 */
#ifndef MOTEKIT_NN_DENSE_H
#define MOTEKIT_NN_DENSE_H

#include "motekit/nn_quant.h"

typedef struct {
    const MK_FLASH int8_t *weights;
    const MK_FLASH int32_t *bias;
    uint32_t rows, inputs, outputs;
    int32_t multiplier, shift;
    int16_t out_zero;
    int16_t act_min, act_max;
} mk_dense;

/* weights int8[outputs][inputs]. No scratch. out must not overlap in. */
void mk_dense_s8(const MK_FLASH mk_dense *dense, const int8_t *in, int8_t *out);

#endif
