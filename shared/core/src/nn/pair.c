#include "pair.h"

#ifdef MK_NN_DSP

/* Groups of four channels of one pixel; run() reads it by offset. */
typedef struct {
    const MK_FLASH int32_t *weights;
    const MK_FLASH mk_channel *channels;
    int8_t *out;
    uint32_t row;            /* bytes of weights a pair */
    const int8_t *x, *x_end; /* activations, a multiple of 4 */
    int32_t out_zero;
    uint32_t groups;
} group_work;

/* multiplier r9, scale r10, out_zero r1: twice the sum in r11 to its byte, which is stored */
#define NARROW \
    "smmulr r11, r11, r9\n" "add r11, r11, r11, asr #31\n" "smmlar r11, r11, r10, r1\n" "ssat r11, #8, r11\n" \
    "strb r11, [r2], #1\n"

/* the channel whose sum is A */
#define CHANNEL_A(a) "ldm r0!, {r8-r10}\n" "add r11, " a ", r8\n" "lsl r11, r11, #1\n" NARROW

/* the channel whose sum is B, from 256 B + A and A */
#define CHANNEL_B(both, a) \
    "ldm r0!, {r8-r10}\n" "sub " both ", " both ", " a "\n" "lsl r8, r8, #1\n" "add r11, r8, " both ", asr #7\n" NARROW

/* Two pairs of channels at a time: 256 B + A in r4 and r6, A in r5 and r7. Four activations a step; the first
 * pass enters the unrolled loop in its middle. */
__attribute__((naked, noinline)) static void run(MK_UNUSED group_work *work)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "mov lr, r0\n"
        "ldrd r2, r3, [lr, #16]\n"
        "sub r12, r2, r3\n"
        "and r12, r12, #12\n" /* 4 x the steps left out of the first pass, 68 bytes each */
        "add r12, r12, r12, lsl #4\n"
        "adr r0, 1f\n"
        "add r12, r0\n"
        "orr r12, #1\n"

        "0:\n"
        "ldr r0, [lr]\n"
        "ldrd r1, r2, [lr, #12]\n"
        "add r1, r0\n"
        "movs r4, #0\n"
        "movs r5, #0\n"
        "movs r6, #0\n"
        "movs r7, #0\n"
        "bx r12\n"
        ".balign 4\n"
        "1:\n"
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
        "bne 1b\n"

        "str r1, [lr]\n"
        "ldrd r0, r2, [lr, #4]\n"
        "ldr r1, [lr, #24]\n"
        CHANNEL_A("r5") CHANNEL_B("r4", "r5") CHANNEL_A("r7") CHANNEL_B("r6", "r7")
        "strd r0, r2, [lr, #4]\n"
        "ldr r11, [lr, #28]\n"
        "subs r11, #1\n"
        "str r11, [lr, #28]\n"
        "bne 0b\n"
        "pop {r4-r11, pc}\n");
}

void mk_pair_pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t depth4 = mk_pair_depth4(conv), left = conv->out_c & 3u;
    group_work work = {
        .weights = mk_pair_weights(conv),
        .channels = conv->channels,
        .out = out,
        .row = 2u * depth4,
        .x = in,
        .x_end = in + depth4,
        .out_zero = conv->out_zero,
        .groups = conv->out_c / 4u,
    };

    if (work.groups)
        run(&work);
    if (left) {
        mk_channel channels[4] = {{0, 0, 0}};
        int8_t last[4];
        for (uint32_t i = 0; i < left; i++)
            channels[i] = work.channels[i];
        out = work.out;
        work.channels = channels;
        work.out = last;
        work.groups = 1;
        if (left <= 2)
            work.row = 0; /* there is no second pair: the first is computed twice */
        run(&work);
        for (uint32_t i = 0; i < left; i++)
            out[i] = last[i];
    }
}

#else

static int32_t requantize(const MK_FLASH mk_channel *channel, int32_t sum, int32_t out_zero)
{
    const int32_t high = mk_mul_q31(channel->bias + sum, channel->multiplier);
    /* ties away from zero: a negative number is moved off its tie before rounding upwards */
    const int64_t product = (int64_t)(high - (high < 0)) * channel->shift + (INT64_C(1) << 31);
    return mk_clamp((int32_t)(product >> 32) + out_zero, INT8_MIN, INT8_MAX);
}

void mk_pair_pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t depth = mk_patch_depth(conv);
    const MK_FLASH int32_t *weights = mk_pair_weights(conv);

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
