#include "motekit/nn_data.h"

#include "bytes.h"

void mk_copy_8(const MK_FLASH mk_copy *copy, const int8_t *in, int8_t *out)
{
    const MK_FLASH int32_t *shape = &copy->shape[0], *from = &copy->in_stride[0], *to = &copy->out_stride[0];

    in += copy->in_first;
    out += copy->out_first;
    for (int32_t i = 0; i < shape[0]; i++) {
        for (int32_t j = 0; j < shape[1]; j++) {
            for (int32_t k = 0; k < shape[2]; k++) {
                for (int32_t l = 0; l < shape[3]; l++) {
                    for (int32_t m = 0; m < shape[4]; m++) {
                        const int8_t *p = in + i * from[0] + j * from[1] + k * from[2] + l * from[3] + m * from[4];
                        int8_t *q = out + i * to[0] + j * to[1] + k * to[2] + l * to[3] + m * to[4];
                        if (from[5] == 1 && to[5] == 1) {
                            mk_bytes_copy(q, p, (uint32_t)shape[5] * (uint32_t)sizeof *q);
                            continue;
                        }
                        for (int32_t n = 0; n < shape[5]; n++)
                            q[n * to[5]] = p[n * from[5]];
                    }
                }
            }
        }
    }
}
