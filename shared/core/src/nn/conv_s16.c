#include "dot_s16.h"
#include "wide_requantize.h"

/* One row of the filter: padding is 0, so only taps inside the image count. */
static int64_t filter_row(const MK_FLASH mk_conv *conv, uint32_t group_c, const MK_FLASH int8_t *weight,
                          const int16_t *row, int32_t left, int64_t sum)
{
    const int32_t in_w = conv->in_w, in_c = conv->in_c, kernel_w = conv->kernel_w;

    if (conv->dilation_w == 1 && group_c == conv->in_c) {
        const int32_t first = left < 0 ? -left : 0, last = left + kernel_w > in_w ? in_w - left : kernel_w;
        if (last <= first)
            return sum;
        return mk_dot_s16(weight + first * in_c, row + (left + first) * in_c, (uint32_t)(last - first) * group_c, sum);
    }
    for (int32_t kx = 0; kx < kernel_w; kx++, weight += group_c, left += conv->dilation_w)
        if (left >= 0 && left < in_w)
            sum = mk_dot_s16(weight, row + left * in_c, group_c, sum);
    return sum;
}

void mk_conv_s16(const MK_FLASH mk_wide_conv *wide, const int16_t *in, int16_t *out)
{
    const MK_FLASH mk_conv *conv = &wide->conv;
    const uint32_t group_c = wide->group_c, weights_row = group_c * conv->kernel_w;
    const int32_t in_h = conv->in_h, row_size = (int32_t)conv->in_w * conv->in_c;
    const int32_t outputs_per_group = (int32_t)(conv->out_c * group_c / conv->in_c);

    for (int32_t n = 0; n < conv->batch; n++, in += in_h * row_size) {
        for (int32_t y = 0; y < conv->out_h; y++) {
            for (int32_t x = 0; x < conv->out_w; x++) {
                const int32_t top = y * conv->stride_h - conv->pad_top;
                const int32_t left = x * conv->stride_w - conv->pad_left;
                const MK_FLASH int8_t *weight = conv->weights;
                for (int32_t c = 0; c < conv->out_c; c++) {
                    const MK_FLASH mk_wide_channel *channel = &wide->channels[c];
                    const int16_t *const group = in + c / outputs_per_group * (int32_t)group_c;
                    int64_t sum = mk_wide_bias(channel);
                    int32_t row = top;
                    for (int32_t ky = 0; ky < conv->kernel_h; ky++, weight += weights_row, row += conv->dilation_h)
                        if (row >= 0 && row < in_h)
                            sum = filter_row(conv, group_c, weight, group + row * row_size, left, sum);
                    const int32_t value = mk_wide_requantize(sum, channel, wide->narrow);
                    *out++ = (int16_t)mk_clamp(value, conv->act_min, conv->act_max);
                }
            }
        }
    }
}
