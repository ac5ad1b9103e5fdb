/* Product of two int8 matrices, both computed at run time, for every pair of a batch.
 *
 *   a  [rows][depth], or [depth][rows] if transposed;  b  [depth][columns], or [columns][depth] if transposed
 *   out[batch][rows][columns] = clamp(requantize(sum((a - zero_a) * (b - zero_b))) + out_zero)
 * Batches of a and b are step_a and step_b elements apart along three axes (0: the same matrix again).
 */
#ifndef MOTEKIT_NN_MATMUL_H
#define MOTEKIT_NN_MATMUL_H

#include "motekit/nn_quant.h"

typedef struct {
    int32_t batch[3], step_a[3], step_b[3];
    int32_t rows, depth, columns;
    uint8_t transpose_a, transpose_b;
    int16_t zero_a, zero_b, out_zero;
    int32_t multiplier, shift;
} mk_matmul;

void mk_matmul_s8(const MK_FLASH mk_matmul *matmul, const int8_t *a, const int8_t *b, int8_t *out);

#endif
