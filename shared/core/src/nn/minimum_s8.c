#include "motekit/nn_elementwise.h"

void mk_minimum_s8(const MK_FLASH mk_broadcast *over, const int8_t *a, const int8_t *b, int8_t *out)
{
    for (int32_t i = 0; i < over->shape[0]; i++) {
        for (int32_t j = 0; j < over->shape[1]; j++) {
            for (int32_t k = 0; k < over->shape[2]; k++) {
                const int8_t *p = a + i * over->stride_a[0] + j * over->stride_a[1] + k * over->stride_a[2];
                const int8_t *q = b + i * over->stride_b[0] + j * over->stride_b[1] + k * over->stride_b[2];
                for (int32_t l = 0; l < over->shape[3]; l++, p += over->stride_a[3], q += over->stride_b[3])
                    *out++ = *p < *q ? *p : *q;
            }
        }
    }
}
