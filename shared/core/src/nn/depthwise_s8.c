#include "motekit/nn_conv.h"

void mk_depthwise_s8(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const int32_t in_h = conv->in_h, in_w = conv->in_w, in_c = conv->in_c, out_c = conv->out_c;
    const int32_t multiplier = out_c / in_c;

    for (int32_t n = 0; n < conv->batch; n++, in += in_h * in_w * in_c) {
        for (int32_t y = 0; y < conv->out_h; y++) {
            for (int32_t x = 0; x < conv->out_w; x++) {
                const int32_t top = y * conv->stride_h - conv->pad_top;
                const int32_t left = x * conv->stride_w - conv->pad_left;
                for (int32_t c = 0; c < out_c; c++) {
                    const MK_FLASH mk_channel *channel = &conv->channels[c];
                    const MK_FLASH int8_t *weight = &conv->weights[c];
                    const int8_t *source = &in[c / multiplier];
                    int32_t sum = channel->bias;
                    for (int32_t ky = 0; ky < conv->kernel_h; ky++) {
                        const int32_t row = top + ky * conv->dilation_h;
                        for (int32_t kx = 0; kx < conv->kernel_w; kx++, weight += out_c) {
                            const int32_t column = left + kx * conv->dilation_w;
                            const int inside = row >= 0 && row < in_h && column >= 0 && column < in_w;
                            const int32_t value = inside ? source[(row * in_w + column) * in_c] : conv->in_zero;
                            sum += *weight * value;
                        }
                    }
                    sum = mk_requantize(sum, channel->multiplier, channel->shift) + conv->out_zero;
                    *out++ = (int8_t)mk_clamp(sum, conv->act_min, conv->act_max);
                }
            }
        }
    }
}
