#include "svdf.h"

/* Moves a memory on by one value and adds its products with time. */
static int32_t remember(const MK_FLASH int8_t *time, int8_t *state, uint32_t memory, int8_t newest, int32_t sum)
{
    uint32_t m = 0;
#ifdef MK_NN_DSP
    /* whole words at the end, the last of which takes in the newest value */
    const uint32_t ahead = memory % 4u;
    if (memory >= 4u) {
        for (; m < ahead; m++) {
            state[m] = state[m + 1];
            sum += time[m] * state[m];
        }
        for (; m < memory; m += 4) {
            const uint32_t shifted = (uint32_t)mk_load4(&state[m]) >> 8 | (uint32_t)newest << 24;
            const int32_t next = m + 4 < memory ? mk_load4(&state[m + 1]) : (int32_t)shifted;
            memcpy(&state[m], &next, 4);
            sum = mk_mac4(mk_load4(&time[m]), mk_widen(next), sum);
        }
        return sum;
    }
#endif
    for (; m + 1 < memory; m++) {
        state[m] = state[m + 1];
        sum += time[m] * state[m];
    }
    state[m] = newest;
    return sum + time[m] * newest;
}

#ifdef MK_NN_DSP

/* Groups of four filters, each of which is a unit; run() reads it by offset. */
typedef struct {
    const int8_t *features;
    const int32_t *bias_features;
    int32_t multiplier_state, scale_state, state_zero; /* offset 8 */
    const int8_t *in, *in_end;                         /* offset 20 */
    uint32_t inputs;
    int8_t *state; /* offset 32 */
    const int8_t *time;
    const int32_t *bias;
    int8_t *out;
    uint32_t counts;                             /* words of a memory but the last, and 3 in the upper half */
    int32_t multiplier_out, right_out, out_zero; /* offset 52 */
    uint32_t groups;
} group_work;

/* a projection to its byte: multiplier in r1, scale in r2, zero point in r3 */
#define NEWEST(sum) \
    "lsl " sum ", " sum ", #1\n" "smmulr " sum ", " sum ", r1\n" "add " sum ", " sum ", " sum ", asr #31\n" \
    "smmulr " sum ", " sum ", r2\n" "ssat " sum ", #8, " sum "\n" "add " sum ", r3\n"

/* the word in r7 moves on by a byte, the lowest of r8, and is multiplied with time: sum in r6 */
#define MOVE_ON \
    "lsr r7, r7, #8\n" "orr r7, r7, r8, lsl #24\n" "str r7, [r0], #4\n" "ldr r9, [r1], #4\n" \
    "sxtb16 r10, r7\n" "sxtb16 r11, r9\n" "smlad r6, r10, r11, r6\n" \
    "sxtb16 r10, r7, ror #8\n" "sxtb16 r11, r9, ror #8\n" "smlad r6, r10, r11, r6\n"

__attribute__((naked, noinline)) static void run(MK_UNUSED group_work *work)
{
    __asm__ volatile(
        "push {r0, r4-r11, lr}\n"
        "0:\n"
        "ldr r4, [r0]\n"
        "ldr r12, [r0, #28]\n"
        "add r5, r4, r12\n"
        "add r6, r5, r12\n"
        "add r7, r6, r12\n"
        "ldr r2, [r0, #4]\n"
        "ldm r2!, {r8-r11}\n"
        "str r2, [r0, #4]\n"
        "ldrd r1, lr, [r0, #20]\n"
        "1:\n"
        MK_DOT4_STEP
        "cmp r1, lr\n"
        "bne 1b\n"

        "ldr r0, [sp]\n"
        "str r7, [r0]\n"
        "add r1, r0, #8\n"
        "ldm r1, {r1-r3}\n"
        NEWEST("r8") NEWEST("r9") NEWEST("r10") NEWEST("r11")
        "push {r8-r11}\n"
        "mov r5, r0\n"
        "add r12, r0, #32\n"
        "ldm r12, {r0-r4}\n"

        "2:\n"
        "ldr r6, [r2], #4\n"
        "ldr r7, [r0]\n"
        "lsls r12, r4, #16\n"
        "beq 4f\n"
        "3:\n"
        "ldr r8, [r0, #4]\n"
        MOVE_ON
        "mov r7, r8\n"
        "subs r12, #0x10000\n"
        "bne 3b\n"
        "4:\n"
        "pop {r8}\n"
        MOVE_ON
        /* the bias may need all 32 bits: the product is rounded at bit 31 in 64, then at the shift's by its carry */
        "add r8, r5, #52\n"
        "ldm r8, {r8-r10}\n"
        "mov r7, #0x40000000\n"
        "mov r11, #0\n"
        "smlal r7, r11, r6, r8\n"
        "adds r7, r7, r7\n"
        "adc r6, r11, r11\n"
        "add r6, r6, r6, asr #31\n"
        "asrs r6, r6, r9\n"
        "adc r6, r6, r10\n"
        "ssat r6, #8, r6\n"
        "strb r6, [r3], #1\n"
        "subs r4, #0x10000\n"
        "bpl 2b\n"

        "add r12, r5, #32\n"
        "stm r12, {r0-r3}\n"
        "ldr r12, [r5, #64]\n"
        "subs r12, #1\n"
        "str r12, [r5, #64]\n"
        "mov r0, r5\n"
        "bne 0b\n"
        "pop {r0, r4-r11, pc}\n");
}

/* The first units of a batch's row, as many as come in fours; how many that were. */
static uint32_t units_in_fours(const MK_FLASH mk_svdf *svdf, const int8_t *in, int8_t *state, int8_t *out)
{
    const uint32_t groups = svdf->units / 4u;
    group_work work = {
        .features = svdf->features,
        .bias_features = svdf->bias_features,
        .multiplier_state = svdf->multiplier_state,
        .state_zero = svdf->state_zero,
        .in = in,
        .in_end = in + svdf->inputs,
        .inputs = svdf->inputs,
        .state = state,
        .time = svdf->times,
        .bias = svdf->bias,
        .out = out,
        .counts = (svdf->memory / 4u - 1u) | 3u << 16,
        .multiplier_out = svdf->multiplier_out,
        .right_out = -svdf->shift_out,
        .out_zero = svdf->out_zero,
        .groups = groups,
    };

    if (!svdf->small || svdf->rank != 1 || svdf->inputs % 4u || svdf->memory % 4u || !groups)
        return 0;
    work.scale_state = INT32_C(1) << (32 + svdf->shift_state);
    run(&work);
    return 4u * groups;
}

#else

static uint32_t units_in_fours(const MK_FLASH mk_svdf *svdf, const int8_t *in, int8_t *state, int8_t *out)
{
    (void)svdf, (void)in, (void)state, (void)out;
    return 0;
}

#endif

void mk_svdf_s8(const MK_FLASH mk_svdf *svdf, const int8_t *in, int8_t *state, int8_t *out)
{
    const uint32_t memory = svdf->memory, rank = svdf->rank;

    for (uint32_t n = 0; n < svdf->batch; n++, in += svdf->inputs) {
        uint32_t unit = units_in_fours(svdf, in, state, out), filter = unit * rank;
        const MK_FLASH int8_t *time = (const MK_FLASH int8_t *)svdf->times + filter * memory;
        int32_t projections[4];
        state += filter * memory;
        out += unit;
        for (; unit < svdf->units; unit++) {
            int32_t sum = svdf->bias[unit];
            for (uint32_t r = 0; r < rank; r++, filter++, state += memory, time += memory) {
                if (filter % 4u == 0)
                    mk_svdf_project(svdf, filter, in, projections);
                const int32_t projected = projections[filter % 4u] + svdf->bias_features[filter];
                const int32_t value = mk_svdf_scale(projected, svdf->multiplier_state, svdf->shift_state);
                const int32_t clamped = mk_clamp(value, INT8_MIN, INT8_MAX);
                sum = remember(time, state, memory, (int8_t)(clamped + svdf->state_zero), sum);
            }
            const int32_t total = mk_svdf_scale(sum, svdf->multiplier_out, svdf->shift_out) + svdf->out_zero;
            *out++ = (int8_t)mk_clamp(total, INT8_MIN, INT8_MAX);
        }
    }
}
