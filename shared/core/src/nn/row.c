#include "row.h"
#include "dsp.h"

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

#if defined(__thumb__) && !defined(MK_NN_DSP)

/* rows and x point to the ENDS of what they hold. Thumb-1 code, which every core runs: a product takes
 * 3.5 instructions; the first pass enters the unrolled loop in its middle. */
__attribute__((naked, noinline)) static void dot_ends(__attribute__((unused)) const int8_t *const rows[4],
                                                      __attribute__((unused)) const int8_t *x,
                                                      __attribute__((unused)) uint32_t depth,
                                                      __attribute__((unused)) int32_t sums[4])
{
    __asm__ volatile(
        ".syntax unified\n"
        "push {r3-r7, lr}\n"
        "mov r4, r8\n"
        "mov r5, r9\n"
        "mov r6, r10\n"
        "mov r7, r11\n"
        "push {r4-r7}\n"
        "mov r4, r1\n"
        "movs r5, #0\n"
        "mov r8, r5\n"
        "mov r9, r5\n"
        "mov r10, r5\n"
        "mov r11, r5\n"
        "subs r7, r5, r2\n" /* the index runs from -depth to 0 */
        "movs r5, #3\n"
        "ands r5, r7\n"
        "movs r6, #28\n" /* bytes of code a step */
        "muls r5, r6\n"
        "adr r6, 0f\n"
        "adds r5, r6\n"
        "adds r5, #1\n"
        "mov r12, r5\n"
        "ldm r0, {r0-r3}\n"
        "bx r12\n"
        ".balign 4\n"
        "0:\n"
        ".rept 4\n"
        "ldrsb r5, [r4, r7]\n"
        "ldrsb r6, [r0, r7]\n"
        "muls r6, r5\n"
        "add r8, r6\n"
        "ldrsb r6, [r1, r7]\n"
        "muls r6, r5\n"
        "add r9, r6\n"
        "ldrsb r6, [r2, r7]\n"
        "muls r6, r5\n"
        "add r10, r6\n"
        "ldrsb r6, [r3, r7]\n"
        "muls r6, r5\n"
        "add r11, r6\n"
        "adds r7, #1\n"
        ".endr\n"
        "bne 0b\n"
        "ldr r0, [sp, #16]\n"
        "mov r4, r8\n"
        "mov r5, r9\n"
        "mov r6, r10\n"
        "mov r7, r11\n"
        "stm r0!, {r4-r7}\n"
        "pop {r4-r7}\n"
        "mov r8, r4\n"
        "mov r9, r5\n"
        "mov r10, r6\n"
        "mov r11, r7\n"
        "pop {r3-r7, pc}\n");
}

static void dot(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4])
{
    const int8_t *const ends[4] = {rows[0] + depth, rows[1] + depth, rows[2] + depth, rows[3] + depth};
    dot_ends(ends, x + depth, depth, sums);
}

#else

static void dot(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4])
{
    const int8_t *w0 = rows[0], *w1 = rows[1], *w2 = rows[2], *w3 = rows[3];
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    uint32_t k = 0;
#ifdef MK_NN_DSP /* layers that the pairs of nn_pair.h do not take */
    for (; k + 4 <= depth; k += 4) {
        const mk_halves value = mk_widen(mk_load4(&x[k]));
        s0 = mk_mac4(mk_load4(&w0[k]), value, s0);
        s1 = mk_mac4(mk_load4(&w1[k]), value, s1);
        s2 = mk_mac4(mk_load4(&w2[k]), value, s2);
        s3 = mk_mac4(mk_load4(&w3[k]), value, s3);
    }
#endif
    for (; k < depth; k++) {
        const int32_t value = x[k];
        s0 += w0[k] * value;
        s1 += w1[k] * value;
        s2 += w2[k] * value;
        s3 += w3[k] * value;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

#endif

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
        dot(rows, in, depth, sums);
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
