/* A row of sums of int8 with the DSP extension or Helium. */
#ifndef MK_NN_ADD_FAST_H
#define MK_NN_ADD_FAST_H

#include "dsp.h"
#include "motekit/nn_elementwise.h"

/* mk_add_fast: `n` sums of elements `step_a` and `step_b` apart; returns whether it could do it. */

#if defined(__ARM_FEATURE_MVE)

#include <arm_mve.h>

static inline int32x4_t scaled(int32x4_t x, int32_t multiplier, int32x4_t shift)
{
    x = vqrdmulhq_n_s32(x, multiplier);
    /* ties away from zero: what is negative and shifted right is moved off its tie first */
    return vrshlq_s32(vaddq_s32(x, vshrq_n_s32(vandq_s32(x, shift), 31)), shift);
}

static inline int mk_add_fast(const MK_FLASH mk_add *add, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b,
                              int32_t n, int8_t *out)
{
    /* a copy, which stores through out cannot change */
    const mk_add sum = *add;
    const int32x4_t shift_a = vdupq_n_s32(sum.shift_a), shift_b = vdupq_n_s32(sum.shift_b);
    const int32x4_t shift_out = vdupq_n_s32(sum.shift_out);

    if (step_a != 1 || step_b != 1 || sum.shift_out > 0 || sum.act_min > INT8_MIN || sum.act_max < INT8_MAX)
        return 0;
    for (; n > 0; n -= 4, a += 4, b += 4, out += 4) {
        const mve_pred16_t lanes = vctp32q((uint32_t)n);
        int32x4_t x = vsubq_n_s32(vldrbq_z_s32(a, lanes), sum.zero_a);
        int32x4_t y = vsubq_n_s32(vldrbq_z_s32(b, lanes), sum.zero_b);
        x = scaled(vshlq_r_s32(x, sum.left_shift), sum.multiplier_a, shift_a);
        y = scaled(vshlq_r_s32(y, sum.left_shift), sum.multiplier_b, shift_b);
        x = vaddq_n_s32(scaled(vmlaq_n_s32(x, y, sum.sign_b), sum.multiplier_out, shift_out), sum.out_zero);
        const int16x8_t half = vqmovnbq_s32(vdupq_n_s16(0), x);
        vstrbq_p_s32(out, vreinterpretq_s32_s8(vqmovnbq_s16(vdupq_n_s8(0), half)), lanes);
    }
    return 1;
}

#elif defined(MK_NN_DSP)

/* One operand as the sum takes it. Shifted one bit further than the definition has it, its products round
 * at bit 32, as SMMULR does. */
typedef struct {
    int32_t zero, multiplier, right, half, tie;
} operand;

static operand operand_of(int32_t zero, int32_t multiplier, int32_t shift)
{
    const int32_t right = -shift;
    return (operand){mk_shift_left(zero, 21), multiplier, right, right ? 1 << (right - 1) : 0, right ? -1 : 0};
}

static inline int32_t scaled(const operand *o, int32_t value)
{
    const int32_t x = mk_smmulr(mk_shift_left(value, 21) - o->zero, o->multiplier);
    return (x + ((x >> 31) & o->tie) + o->half) >> o->right;
}

/* Whether the sums stay in the ranges of this path, which they do for all scales of ordinary models. */
static int is_fast(const MK_FLASH mk_add *add)
{
    return add->left_shift == 20 && add->shift_out <= -2 && add->shift_out > -32 && add->shift_a > -31 &&
           add->shift_b > -31;
}

/* A sum one of whose operands has the factor 1/2, as the one with the larger scale has it: this operand, `whole`,
 * is an exact shift; the other is scaled. run() reads it by offset. */
typedef struct {
    const int8_t *whole, *scaled;
    int8_t *out;
    const int8_t *end; /* of whole */
    int32_t whole_zero, scaled_zero; /* shifted as the values are */
    int32_t multiplier;
    int32_t scale;     /* -2^(32 - right shift), which for a shift of 1 fits 32 bits as its opposite does not */
    int32_t out_multiplier, out_scale, out_zero;
} plain_sum;

__attribute__((naked, noinline)) static void run(MK_UNUSED const plain_sum *sum)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldm r0, {r0-r10}\n"
        "0:\n"
        "ldrsb r11, [r0], #1\n"
        "ldrsb r12, [r1], #1\n"
        "rsb r11, r4, r11, lsl #19\n"
        "rsb r12, r5, r12, lsl #21\n"
        "smmulr r12, r12, r6\n"
        "rsb lr, r12, #0\n"
        "sub r12, lr, r12, asr #31\n" /* -(x - 1) for negative x, -x otherwise */
        "smmlar r11, r12, r7, r11\n"
        "lsl r11, r11, #1\n"
        "smmulr r11, r11, r8\n"
        "add r11, r11, r11, asr #31\n"
        "smmlar r11, r11, r9, r10\n"
        "ssat r11, #8, r11\n"
        "strb r11, [r2], #1\n"
        "cmp r0, r3\n"
        "bne 0b\n"
        "pop {r4-r11, pc}\n");
}

static int is_whole(int32_t multiplier, int32_t shift)
{
    return multiplier == 1 << 30 && shift == 0;
}

/* Whether it was done. */
static int add_plainly(const MK_FLASH mk_add *add, const int8_t *a, const int8_t *b, int32_t n, int8_t *out)
{
    const int whole_a = is_whole(add->multiplier_a, add->shift_a), whole_b = is_whole(add->multiplier_b, add->shift_b);
    const int32_t shift = whole_a ? add->shift_b : add->shift_a;

    if (whole_a == whole_b || shift > -1 || add->sign_b != 1 || add->act_min > INT8_MIN || add->act_max < INT8_MAX)
        return 0;
    const plain_sum sum = {
        .whole = whole_a ? a : b,
        .scaled = whole_a ? b : a,
        .out = out,
        .end = (whole_a ? a : b) + n,
        .whole_zero = mk_shift_left(whole_a ? add->zero_a : add->zero_b, 19),
        .scaled_zero = mk_shift_left(whole_a ? add->zero_b : add->zero_a, 21),
        .multiplier = whole_a ? add->multiplier_b : add->multiplier_a,
        .scale = -(int32_t)(1u << (31 + shift)) * 2,
        .out_multiplier = add->multiplier_out,
        .out_scale = (int32_t)(1u << (32 + add->shift_out)),
        .out_zero = add->out_zero,
    };
    run(&sum);
    return 1;
}

static inline int mk_add_fast(const MK_FLASH mk_add *add, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b,
                              int32_t n, int8_t *out)
{
    if (!is_fast(add))
        return 0;
    if (step_a == 1 && step_b == 1 && n > 0 && add_plainly(add, a, b, n, out))
        return 1;
    const operand x = operand_of(add->zero_a, add->multiplier_a, add->shift_a);
    const operand y = operand_of(add->zero_b, add->multiplier_b, add->shift_b);
    const int32_t multiplier = add->multiplier_out, scale = (int32_t)(1u << (32 + add->shift_out));
    const int32_t zero = add->out_zero, low = add->act_min, high = add->act_max, sign_b = add->sign_b;

    for (; n; n--, a += step_a, b += step_b) {
        int32_t sum = mk_smmulr(2 * (scaled(&x, *a) + sign_b * scaled(&y, *b)), multiplier);
        sum = mk_smmlar(sum + (sum >> 31), scale, zero);
        *out++ = (int8_t)mk_clamp(sum, low, high);
    }
    return 1;
}

#else

static inline int mk_add_fast(const MK_FLASH mk_add *add, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b,
                              int32_t n, int8_t *out)
{
    (void)add, (void)a, (void)step_a, (void)b, (void)step_b, (void)n, (void)out;
    return 0;
}

#endif

#endif
