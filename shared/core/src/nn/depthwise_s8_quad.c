#include "motekit/nn_quad.h"

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

/* Adds the products of `taps` taps to four channels' sums. The taps, and their weights, are `step` bytes
 * apart. Not inlined: its loop takes nearly all registers. */
__attribute__((noinline)) static void add_taps(const int8_t *in, const int8_t *weight, uint32_t step, uint32_t taps,
                                               int32_t sums[4])
{
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], x, w, y, z;

    __asm__ volatile(
        "0:\n"
        "ldr %[x], [%[in]]\n"
        "ldr %[w], [%[weight]]\n"
        "add %[in], %[step]\n"
        "add %[weight], %[step]\n"
        "sxtb16 %[y], %[x]\n"
        "sxtb16 %[z], %[w]\n"
        "smlabb %[s0], %[y], %[z], %[s0]\n"
        "smlatt %[s2], %[y], %[z], %[s2]\n"
        "sxtb16 %[x], %[x], ror #8\n"
        "sxtb16 %[w], %[w], ror #8\n"
        "smlabb %[s1], %[x], %[w], %[s1]\n"
        "smlatt %[s3], %[x], %[w], %[s3]\n"
        "subs %[taps], #1\n"
        "bne 0b\n"
        : [s0] "+r"(s0), [s1] "+r"(s1), [s2] "+r"(s2), [s3] "+r"(s3), [in] "+r"(in), [weight] "+r"(weight),
          [taps] "+r"(taps), [x] "=&r"(x), [w] "=&r"(w), [y] "=&r"(y), [z] "=&r"(z)
        : [step] "r"(step)
        : "cc", "memory");
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

static inline int8_t narrow(const mk_channel *channel, int32_t sum, int32_t out_zero)
{
    const int32_t scale = (int32_t)(UINT32_C(1) << (uint32_t)(32 + channel->shift));
    int32_t x = 2 * sum;
    __asm__("smmulr %0, %0, %1" : "+r"(x) : "r"(channel->multiplier));
    x += x >> 31;
    __asm__("smmlar %0, %0, %1, %2" : "+r"(x) : "r"(scale), "r"(out_zero));
    __asm__("ssat %0, #8, %0" : "+r"(x));
    return (int8_t)x;
}

#else

static void add_taps(const int8_t *in, const int8_t *weight, uint32_t step, uint32_t taps, int32_t sums[4])
{
    int32_t s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3];
    for (; taps; taps--, in += step, weight += step) {
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

static inline int8_t narrow(const mk_channel *channel, int32_t sum, int32_t out_zero)
{
    const int32_t x = mk_requantize(sum, channel->multiplier, channel->shift) + out_zero;
    return (int8_t)mk_clamp(x, INT8_MIN, INT8_MAX);
}

#endif

static void pixel(const mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t channels = conv->out_c, in_row = (uint32_t)conv->in_w * channels;
    /* over a line one row is as far from the next as one column is: a single run of taps */
    const int is_line = conv->in_w == 1;
    const uint32_t runs = is_line ? 1 : conv->kernel_h, taps = is_line ? conv->kernel_h : conv->kernel_w;
    const mk_channel *channel = conv->channels;

    for (uint32_t c = 0; c < channels; c += 4) {
        const int8_t *window = in + c, *weight = conv->weights + c;
        int32_t sums[4] = {0, 0, 0, 0};
        for (uint32_t run = 0; run < runs; run++, window += in_row, weight += taps * channels)
            add_taps(window, weight, channels, taps, sums);
        for (uint32_t i = 0; i < 4 && c + i < channels; i++, channel++) {
            const int32_t value = narrow(channel, sums[i] + channel->bias, conv->out_zero);
            *out++ = (int8_t)mk_clamp(value, conv->act_min, conv->act_max);
        }
    }
}

void mk_depthwise_s8_quad(const mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t channels = conv->out_c;

    for (uint32_t n = 0; n < conv->batch; n++, in += (uint32_t)conv->in_h * conv->in_w * channels)
        for (uint32_t y = 0; y < conv->out_h; y++)
            for (uint32_t x = 0; x < conv->out_w; x++, out += channels)
                pixel(conv, in + (y * conv->stride_h * conv->in_w + x * conv->stride_w) * channels, out);
}
