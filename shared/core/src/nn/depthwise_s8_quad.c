#include "motekit/nn_quad.h"

#include "dsp.h"

#ifdef MK_NN_DSP

/* Adds the products of `taps` taps to four channels' sums. The taps are `step` bytes apart, their weights `next`. */
__attribute__((naked, noinline)) static void add_taps(MK_UNUSED const int8_t *in, MK_UNUSED const int8_t *weight,
                                                      MK_UNUSED uint32_t step, MK_UNUSED uint32_t taps,
                                                      MK_UNUSED int32_t sums[4], MK_UNUSED uint32_t next)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldrd r12, lr, [sp, #36]\n"
        "ldm r12, {r4-r7}\n"
        "0:\n"
        "ldr r8, [r0]\n"
        "ldr r9, [r1]\n"
        "add r0, r2\n"
        "add r1, lr\n"
        "sxtb16 r10, r8\n"
        "sxtb16 r11, r9\n"
        "smlabb r4, r10, r11, r4\n"
        "smlatt r6, r10, r11, r6\n"
        "sxtb16 r8, r8, ror #8\n"
        "sxtb16 r9, r9, ror #8\n"
        "smlabb r5, r8, r9, r5\n"
        "smlatt r7, r8, r9, r7\n"
        "subs r3, #1\n"
        "bne 0b\n"
        "stm r12, {r4-r7}\n"
        "pop {r4-r11, pc}\n");
}

static inline int8_t narrow(const MK_FLASH mk_channel *channel, int32_t sum, int32_t out_zero)
{
    if (channel->shift > -2)
        return mk_ssat8(mk_requantize(sum, channel->multiplier, channel->shift) + out_zero);
    const int32_t scale = (int32_t)(UINT32_C(1) << (uint32_t)(32 + channel->shift));
    return mk_narrow_twice(2 * sum, channel->multiplier, scale, out_zero);
}

#else

static void add_taps(const int8_t *in, const MK_FLASH int8_t *weight, uint32_t step, uint32_t taps, int32_t sums[4],
                     uint32_t next)
{
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (; taps; taps--, in += step, weight += next) {
        s0 += in[0] * weight[0];
        s1 += in[1] * weight[1];
        s2 += in[2] * weight[2];
        s3 += in[3] * weight[3];
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

static inline int8_t narrow(const MK_FLASH mk_channel *channel, int32_t sum, int32_t out_zero)
{
    const int32_t x = mk_requantize(sum, channel->multiplier, channel->shift) + out_zero;
    return (int8_t)mk_clamp(x, INT8_MIN, INT8_MAX);
}

#endif

static void pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t channels = conv->out_c, in_row = (uint32_t)conv->in_w * conv->dilation_h * channels;
    /* over a line one row is as far from the next as one column is: a single run of taps */
    const int is_line = conv->in_w == 1;
    const uint32_t runs = is_line ? 1 : conv->kernel_h, taps = is_line ? conv->kernel_h : conv->kernel_w;
    const uint32_t step = channels * (is_line ? conv->dilation_h : conv->dilation_w);
    const MK_FLASH mk_channel *channel = conv->channels;

    for (uint32_t c = 0; c < channels; c += 4) {
        const int8_t *window = in + c;
        const MK_FLASH int8_t *weight = conv->weights + c;
        int32_t sums[4] = {0, 0, 0, 0};
        for (uint32_t run = 0; run < runs; run++, window += in_row, weight += taps * channels)
            add_taps(window, weight, step, taps, sums, channels);
        for (uint32_t i = 0; i < 4 && c + i < channels; i++, channel++) {
            const int32_t value = narrow(channel, sums[i] + channel->bias, conv->out_zero);
            *out++ = (int8_t)mk_clamp(value, conv->act_min, conv->act_max);
        }
    }
}

void mk_depthwise_s8_quad(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t channels = conv->out_c;

    for (uint32_t n = 0; n < conv->batch; n++, in += (uint32_t)conv->in_h * conv->in_w * channels)
        for (uint32_t y = 0; y < conv->out_h; y++)
            for (uint32_t x = 0; x < conv->out_w; x++, out += channels)
                pixel(conv, in + (y * conv->stride_h * conv->in_w + x * conv->stride_w) * channels, out);
}
