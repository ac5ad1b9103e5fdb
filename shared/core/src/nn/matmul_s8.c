#include "motekit/nn_matmul.h"

static int8_t *multiply(const MK_FLASH mk_matmul *m, const int8_t *a, const int8_t *b, int8_t *out)
{
    const int32_t row_a = m->transpose_a ? 1 : m->depth, next_a = m->transpose_a ? m->rows : 1;
    const int32_t column_b = m->transpose_b ? m->depth : 1, next_b = m->transpose_b ? 1 : m->columns;

    for (int32_t i = 0; i < m->rows; i++) {
        for (int32_t j = 0; j < m->columns; j++) {
            int32_t sum = 0;
            for (int32_t k = 0; k < m->depth; k++)
                sum += (int32_t)(a[i * row_a + k * next_a] - m->zero_a) * (b[j * column_b + k * next_b] - m->zero_b);
            sum = mk_requantize(sum, m->multiplier, m->shift) + m->out_zero;
            *out++ = (int8_t)mk_clamp(sum, INT8_MIN, INT8_MAX);
        }
    }
    return out;
}

void mk_matmul_s8(const MK_FLASH mk_matmul *matmul, const int8_t *a, const int8_t *b, int8_t *out)
{
    const MK_FLASH int32_t *step_a = &matmul->step_a[0], *step_b = &matmul->step_b[0];

    for (int32_t i = 0; i < matmul->batch[0]; i++) {
        for (int32_t j = 0; j < matmul->batch[1]; j++) {
            for (int32_t k = 0; k < matmul->batch[2]; k++)
                out = multiply(matmul, &a[i * step_a[0] + j * step_a[1] + k * step_a[2]],
                               &b[i * step_b[0] + j * step_b[1] + k * step_b[2]], out);
        }
    }
}
