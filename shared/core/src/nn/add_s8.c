#include "motekit/nn_elementwise.h"

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)

static inline int32_t smmulr(int32_t a, int32_t b)
{
    int32_t result;
    __asm__("smmulr %0, %1, %2" : "=r"(result) : "r"(a), "r"(b));
    return result;
}

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
    const int32_t x = smmulr(mk_shift_left(value, 21) - o->zero, o->multiplier);
    return (x + ((x >> 31) & o->tie) + o->half) >> o->right;
}

/* Whether the sums stay in the ranges of this path, which they do for all scales of ordinary models. */
static int is_fast(const mk_add *add)
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

__attribute__((naked, noinline)) static void run(__attribute__((unused)) const plain_sum *sum)
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
static int add_plainly(const mk_add *add, const int8_t *a, const int8_t *b, int32_t n, int8_t *out)
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

static void add_row(const mk_add *add, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int32_t n,
                    int8_t *out)
{
    if (step_a == 1 && step_b == 1 && n > 0 && add_plainly(add, a, b, n, out))
        return;
    const operand x = operand_of(add->zero_a, add->multiplier_a, add->shift_a);
    const operand y = operand_of(add->zero_b, add->multiplier_b, add->shift_b);
    const int32_t multiplier = add->multiplier_out, scale = (int32_t)(1u << (32 + add->shift_out));
    const int32_t zero = add->out_zero, low = add->act_min, high = add->act_max, sign_b = add->sign_b;

    for (; n; n--, a += step_a, b += step_b) {
        int32_t sum = smmulr(2 * (scaled(&x, *a) + sign_b * scaled(&y, *b)), multiplier);
        __asm__("smmlar %0, %1, %2, %3" : "=r"(sum) : "r"(sum + (sum >> 31)), "r"(scale), "r"(zero));
        *out++ = (int8_t)mk_clamp(sum, low, high);
    }
}

#endif

static int8_t sum_of(const mk_add *add, int32_t a, int32_t b)
{
    a = mk_shift_left(a - add->zero_a, add->left_shift);
    b = mk_shift_left(b - add->zero_b, add->left_shift);
    a = mk_requantize(a, add->multiplier_a, add->shift_a);
    b = mk_requantize(b, add->multiplier_b, add->shift_b);
    const int32_t sum = mk_requantize(a + add->sign_b * b, add->multiplier_out, add->shift_out);
    return (int8_t)mk_clamp(sum + add->out_zero, add->act_min, add->act_max);
}

void mk_add_s8(const mk_add *add, const int8_t *a, const int8_t *b, int8_t *out)
{
    const mk_broadcast *over = &add->over;

    for (int32_t i = 0; i < over->shape[0]; i++) {
        for (int32_t j = 0; j < over->shape[1]; j++) {
            for (int32_t k = 0; k < over->shape[2]; k++) {
                const int8_t *p = a + i * over->stride_a[0] + j * over->stride_a[1] + k * over->stride_a[2];
                const int8_t *q = b + i * over->stride_b[0] + j * over->stride_b[1] + k * over->stride_b[2];
#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
                if (is_fast(add)) {
                    add_row(add, p, over->stride_a[3], q, over->stride_b[3], over->shape[3], out);
                    out += over->shape[3];
                    continue;
                }
#endif
                for (int32_t l = 0; l < over->shape[3]; l++, p += over->stride_a[3], q += over->stride_b[3])
                    *out++ = sum_of(add, *p, *q);
            }
        }
    }
}
