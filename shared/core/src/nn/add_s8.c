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

static void add_row(const mk_add *add, const int8_t *a, int32_t step_a, const int8_t *b, int32_t step_b, int32_t n,
                    int8_t *out)
{
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
