#include "softmax.h"

void mk_softmax_s8_s16(const MK_FLASH mk_softmax *softmax, const int8_t *in, int16_t *out)
{
    for (uint32_t r = 0; r < softmax->rows; r++) {
        const mk_softmax_row row = mk_softmax_prepare(softmax, in, 16);
        for (uint32_t i = 0; i < softmax->classes; i++)
            *out++ = (int16_t)mk_clamp(INT16_MIN + mk_softmax_share(softmax, &row, *in++), INT16_MIN, INT16_MAX);
    }
}
