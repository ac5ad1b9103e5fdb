#include <string.h>

#include "motekit/nn_data.h"

void mk_resize_nearest(const MK_FLASH mk_resize *resize, const int8_t *in, int8_t *out)
{
    const int32_t pixel = resize->pixel_bytes;

    for (int32_t n = 0; n < resize->batch; n++, in += resize->in_h * resize->in_w * pixel) {
        for (int32_t y = 0; y < resize->out_h; y++) {
            const int8_t *row = &in[resize->rows[y] * resize->in_w * pixel];
            for (int32_t x = 0; x < resize->out_w; x++, out += pixel)
                memcpy(out, &row[resize->columns[x] * pixel], (uint32_t)pixel);
        }
    }
}
