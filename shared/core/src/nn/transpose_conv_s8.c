#include "motekit/nn_conv.h"

/* Row of the input that kernel row k carries to output row y, -1 if none: y + pad = row * stride + k. */
static int32_t source_of(int32_t place, int32_t k, int32_t stride, int32_t size)
{
    const int32_t distance = place - k;
    if (distance < 0 || distance % stride != 0)
        return -1;
    return distance / stride < size ? distance / stride : -1;
}

void mk_transpose_conv_s8(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const int32_t in_h = conv->in_h, in_w = conv->in_w, in_c = conv->in_c;

    for (int32_t n = 0; n < conv->batch; n++, in += in_h * in_w * in_c) {
        for (int32_t y = 0; y < conv->out_h; y++) {
            for (int32_t x = 0; x < conv->out_w; x++) {
                const MK_FLASH int8_t *weight = conv->weights;
                for (int32_t c = 0; c < conv->out_c; c++) {
                    int32_t sum = conv->channels[c].bias;
                    for (int32_t ky = 0; ky < conv->kernel_h; ky++) {
                        const int32_t row = source_of(y + conv->pad_top, ky, conv->stride_h, in_h);
                        for (int32_t kx = 0; kx < conv->kernel_w; kx++, weight += in_c) {
                            const int32_t column = source_of(x + conv->pad_left, kx, conv->stride_w, in_w);
                            if (row < 0 || column < 0)
                                continue;
                            const int8_t *pixel = &in[(row * in_w + column) * in_c];
                            for (int32_t k = 0; k < in_c; k++)
                                sum += weight[k] * (pixel[k] - conv->in_zero);
                        }
                    }
                    sum = mk_requantize(sum, conv->channels[c].multiplier, conv->channels[c].shift) + conv->out_zero;
                    *out++ = (int8_t)mk_clamp(sum, conv->act_min, conv->act_max);
                }
            }
        }
    }
}
