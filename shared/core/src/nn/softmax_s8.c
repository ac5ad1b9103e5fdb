#include "softmax.h"

void mk_softmax_s8(const MK_FLASH mk_softmax *softmax, const int8_t *in, int8_t *out)
{
    for (uint32_t r = 0; r < softmax->rows; r++) {
        const mk_softmax_row row = mk_softmax_prepare(softmax, in, 8);
        for (uint32_t i = 0; i < softmax->classes; i++)
            *out++ = (int8_t)mk_clamp(INT8_MIN + mk_softmax_share(softmax, &row, *in++), INT8_MIN, INT8_MAX);
    }
}
