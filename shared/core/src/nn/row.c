#include "row.h"
#include "dot4.h"

#if defined(__ARM_FEATURE_MVE)

/* Four channels of some pixels; run() reads it by offset. */
typedef struct {
    const int8_t *rows[4];     /* of weights */
    const int8_t *x;
    uint32_t depth;
    int8_t *out;
    const MK_FLASH mk_channel *channels;
    uint32_t count;            /* how many of the four channels there are */
    int32_t out_zero;          /* offset 36 */
    uint32_t out_c;
    uint32_t over;             /* offset 44: how far a pointer runs over a row: depth rounded up to 16 */
    int32_t next_x;            /* from there to the next pixel */
    uint32_t pixels;
} block;

__attribute__((naked, noinline)) static void run(__attribute__((unused)) block *work)
{
    __asm__ volatile(
        "push {r3-r11, lr}\n"
        "vpush {d8-d11}\n"
        /* channels lie 12 bytes apart: bias in q3, multiplier in q4, shift in q5 */
        "ldrd r3, r12, [r0, #24]\n"
        "ldr r1, [r0, #32]\n"
        "vctp.32 r1\n"
        "movs r4, #0\n"
        "movs r5, #12\n"
        "vidup.u32 q0, r4, #1\n"
        "vmul.i32 q0, q0, r5\n"
        "vpst\n"
        "vldrwt.u32 q3, [r12, q0]\n"
        "add r12, #4\n"
        "vpst\n"
        "vldrwt.u32 q4, [r12, q0]\n"
        "add r12, #4\n"
        "vpst\n"
        "vldrwt.u32 q5, [r12, q0]\n"
        "ldrd r5, r7, [r0]\n"
        "ldrd r9, r11, [r0, #8]\n"
        "ldrd r1, r2, [r0, #16]\n"

        "1:\n"
        "movs r4, #0\n"
        "movs r6, #0\n"
        "mov r8, r4\n"
        "mov r10, r4\n"
        "dlstp.8 lr, r2\n"
        "0:\n"
        "vldrb.u8 q0, [r1], #16\n"
        "vldrb.u8 q1, [r5], #16\n"
        "vmladava.s8 r4, q0, q1\n"
        "vldrb.u8 q1, [r7], #16\n"
        "vmladava.s8 r6, q0, q1\n"
        "vldrb.u8 q1, [r9], #16\n"
        "vmladava.s8 r8, q0, q1\n"
        "vldrb.u8 q1, [r11], #16\n"
        "vmladava.s8 r10, q0, q1\n"
        "letp lr, 0b\n"
        "vmov q2[2], q2[0], r4, r8\n"
        "vmov q2[3], q2[1], r6, r10\n"
        "ldrd r12, lr, [r0, #36]\n"
        "vadd.i32 q2, q2, q3\n"
        "vqrdmulh.s32 q2, q2, q4\n"
        "vand q1, q2, q5\n" /* negative numbers that are shifted right: off the tie first */
        "vshr.s32 q1, q1, #31\n"
        "vadd.i32 q2, q2, q1\n"
        "vrshl.s32 q2, q2, q5\n"
        "vadd.i32 q2, q2, r12\n"
        "vqmovnb.s32 q2, q2\n"
        "vqmovnb.s16 q2, q2\n"
        "vpst\n"
        "vstrbt.32 q2, [r3]\n"
        "add r3, lr\n"
        "ldrd r12, lr, [r0, #44]\n"
        "sub r5, r12\n"
        "sub r7, r12\n"
        "sub r9, r12\n"
        "sub r11, r12\n"
        "add r1, lr\n"
        "ldr r12, [r0, #52]\n"
        "subs r12, #1\n"
        "str r12, [r0, #52]\n"
        "bne 1b\n"
        "vpop {d8-d11}\n"
        "pop {r3-r11, pc}\n");
}

void mk_row_pixels(const MK_FLASH mk_conv *conv, const int8_t *in, uint32_t pixels, int8_t *out)
{
    const uint32_t depth = mk_patch_depth(conv), over = (depth + 15u) & ~15u;
    const int8_t *row = conv->weights;

    for (uint32_t c = 0; c < conv->out_c; c += 4) {
        const uint32_t left = conv->out_c - c;
        block work = {
            .x = in,
            .depth = depth,
            .out = out + c,
            .channels = conv->channels + c,
            .count = left < 4 ? left : 4,
            .out_zero = conv->out_zero,
            .out_c = conv->out_c,
            .over = over,
            .next_x = (int32_t)depth - (int32_t)over,
            .pixels = pixels,
        };
        for (uint32_t i = 0; i < 4; i++) {
            work.rows[i] = row; /* past the last channel its row is read again */
            if (i + 1u < left)
                row += depth;
        }
        run(&work);
    }
    mk_patch_clamp(conv, out, pixels * conv->out_c);
}

#else

#if defined(__AVR__)

/* One channel at a time: an AVR has one pointer that reads flash, and 8-bit registers for one sum of 32 bits. */
static void pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint16_t depth = (uint16_t)mk_patch_depth(conv);
    const MK_FLASH mk_channel *channel = conv->channels;
    const MK_FLASH int8_t *weight = conv->weights;

    for (uint16_t c = conv->out_c; c; c--, channel++) {
        int32_t sum = channel->bias;
        for (uint16_t k = 0; k < depth; k++)
            sum += (int16_t)(*weight++ * in[k]);
        sum = mk_requantize(sum, channel->multiplier, channel->shift) + conv->out_zero;
        *out++ = (int8_t)mk_clamp(sum, conv->act_min, conv->act_max);
    }
}

#else

static void store(const MK_FLASH mk_conv *conv, const MK_FLASH mk_channel *channels, const int32_t sums[4], uint32_t count, int8_t *out)
{
    for (uint32_t i = 0; i < count; i++, channels++) {
        const int32_t x = mk_requantize(sums[i] + channels->bias, channels->multiplier, channels->shift);
        out[i] = (int8_t)mk_clamp(x + conv->out_zero, conv->act_min, conv->act_max);
    }
}

static void pixel(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out)
{
    const uint32_t depth = mk_patch_depth(conv);
    const MK_FLASH mk_channel *channels = conv->channels;
    const int8_t *row = conv->weights;

    for (uint32_t left = conv->out_c; left;) {
        const uint32_t count = left < 4 ? left : 4;
        const int8_t *rows[4];
        int32_t sums[4];
        for (uint32_t i = 0; i < 4; i++) {
            rows[i] = row; /* past the last channel its row is read again */
            if (i + 1u < left)
                row += depth;
        }
        mk_dot4(rows, in, depth, sums);
        store(conv, channels, sums, count, out);
        channels += count;
        out += count;
        left -= count;
    }
}

#endif

void mk_row_pixels(const MK_FLASH mk_conv *conv, const int8_t *in, uint32_t pixels, int8_t *out)
{
    for (; pixels; pixels--, in += mk_patch_depth(conv), out += conv->out_c)
        pixel(conv, in, out);
}

#endif
