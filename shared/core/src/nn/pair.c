#include "pair.h"

#ifdef MK_NN_DSP

/* Two pairs of channels at w0 and w1 with `bytes` activations at x, a multiple of 4, at least 4.
 * sums: 256 B + A and A of the first pair, then of the second. Four activations a step; the first
 * pass enters the unrolled loop in its middle. */
__attribute__((naked, noinline)) static void dot(MK_UNUSED const int32_t *w0, MK_UNUSED const int32_t *w1,
                                                 MK_UNUSED const int8_t *x, MK_UNUSED uint32_t bytes,
                                                 MK_UNUSED int32_t sums[4])
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "rsb r12, r3, #0\n"
        "and r12, r12, #12\n" /* 4 x the steps left out of the first pass, 68 bytes each */
        "add r3, r2\n"
        "add r12, r12, r12, lsl #4\n"
        "adr lr, 0f\n"
        "add lr, r12\n"
        "orr lr, #1\n"
        "movs r4, #0\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "bx lr\n"
        ".balign 4\n"
        "0:\n"
        ".rept 4\n"
        "ldr r9, [r2], #4\n"
        "ldrd r10, r11, [r0], #8\n"
        "sxtb16 r8, r9\n"
        "sxtb16 r9, r9, ror #8\n"
        "smlad r4, r10, r8, r4\n"
        "sxtb16 r10, r10\n"
        "smlad r5, r10, r8, r5\n"
        "smlad r4, r11, r9, r4\n"
        "sxtb16 r11, r11\n"
        "smlad r5, r11, r9, r5\n"
        "ldrd r10, r11, [r1], #8\n"
        "smlad r6, r10, r8, r6\n"
        "sxtb16 r10, r10\n"
        "smlad r7, r10, r8, r7\n"
        "smlad r6, r11, r9, r6\n"
        "sxtb16 r11, r11\n"
        "smlad r7, r11, r9, r7\n"
        ".endr\n"
        "cmp r2, r3\n"
        "bne 0b\n"
        "ldr r0, [sp, #36]\n"
        "stmia r0, {r4-r7}\n"
        "pop {r4-r11, pc}\n");
}

void mk_pair_pixel(const mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t depth4 = mk_pair_depth4(conv), row = depth4 / 2u;
    const int32_t out_zero = conv->out_zero;
    const int32_t *weights = mk_pair_weights(conv);
    const mk_channel *channel = conv->channels;

    for (uint32_t left = conv->out_c; left;) {
        int32_t sums[4];
        dot(weights, left > 2 ? weights + row : weights, in, depth4, sums);
        weights += 2u * row;
        for (uint32_t pair = 0; pair < 4 && left; pair += 2) {
            const int32_t a = sums[pair + 1];
            *out++ = mk_narrow_twice(2 * (a + channel->bias), channel->multiplier, channel->shift, out_zero);
            channel++;
            left--;
            if (!left)
                return;
            *out++ = mk_narrow_twice(((sums[pair] - a) >> 7) + 2 * channel->bias, channel->multiplier, channel->shift,
                                     out_zero);
            channel++;
            left--;
        }
    }
}

#else

static int32_t requantize(const mk_channel *channel, int32_t sum, int32_t out_zero)
{
    const int32_t high = mk_mul_q31(channel->bias + sum, channel->multiplier);
    /* ties away from zero: a negative number is moved off its tie before rounding upwards */
    const int64_t product = (int64_t)(high - (high < 0)) * channel->shift + (INT64_C(1) << 31);
    return mk_clamp((int32_t)(product >> 32) + out_zero, INT8_MIN, INT8_MAX);
}

void mk_pair_pixel(const mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t depth = mk_patch_depth(conv);
    const int32_t *weights = mk_pair_weights(conv);

    for (uint32_t c = 0; c < conv->out_c; c += 2) {
        int32_t sum_a = 0, sum_b = 0;
        for (uint32_t k = 0; k < depth; k++) {
            /* word k % 2 of the two, low half for the first two k */
            const uint32_t word = (uint32_t)weights[(k & ~3u) / 2u + (k & 1u)];
            const int32_t half = (int16_t)(k & 2u ? word >> 16 : word & 0xffffu);
            const int32_t a = (int8_t)(half & 0xff);
            sum_a += a * in[k];
            sum_b += (half - a) / 256 * in[k];
        }
        weights += mk_pair_depth4(conv) / 2u;
        out[c] = (int8_t)requantize(&conv->channels[c], sum_a, conv->out_zero);
        if (c + 1u < conv->out_c)
            out[c + 1u] = (int8_t)requantize(&conv->channels[c + 1u], sum_b, conv->out_zero);
    }
}

#endif
