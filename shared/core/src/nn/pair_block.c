#include "pair.h"

#ifdef MK_NN_DSP

__attribute__((naked, noinline)) int16_t *mk_pair_widen(MK_UNUSED const int8_t *const pixels[4], MK_UNUSED uint32_t words,
                                                       MK_UNUSED int16_t *columns)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "ldm r0, {r3-r6}\n"
        "add r1, r3, r1, lsl #2\n"
        "0:\n"
        "ldr r7, [r3], #4\n"
        "ldr r8, [r4], #4\n"
        "ldr r9, [r5], #4\n"
        "ldr r10, [r6], #4\n"
        "sxtb16 r11, r7\n"
        "sxtb16 r12, r8\n"
        "strd r11, r12, [r2], #8\n"
        "sxtb16 r11, r9\n"
        "sxtb16 r12, r10\n"
        "strd r11, r12, [r2], #8\n"
        "sxtb16 r11, r7, ror #8\n"
        "sxtb16 r12, r8, ror #8\n"
        "strd r11, r12, [r2], #8\n"
        "sxtb16 r11, r9, ror #8\n"
        "sxtb16 r12, r10, ror #8\n"
        "strd r11, r12, [r2], #8\n"
        "cmp r3, r1\n"
        "bne 0b\n"
        "mov r0, r2\n"
        "pop {r4-r11, pc}\n");
}

typedef struct {
    const MK_FLASH int32_t *weights;
    const int16_t *columns;
    const MK_FLASH mk_channel *channels;
    uint32_t row; /* bytes of weights a pair */
    int32_t out_zero;
    int8_t *out;
    uint32_t out_c;
    const MK_FLASH int32_t *weights_end;
} block;

/* twice the sum of b with its bias, from 256 B + A and A, both with the bias of a */
#define TWICE_B(both, a) "sub " both ", " both ", " a "\n" "add " both ", r3, " both ", asr #7\n"

/* twice a sum to its byte: multiplier in r1, scale in r2, out_zero in r3 */
#define NARROW(sum) \
    "smmulr " sum ", " sum ", r1\n" "add " sum ", " sum ", " sum ", asr #31\n" \
    "smmlar " sum ", " sum ", r2, r3\n" "ssat " sum ", #8, " sum "\n"

/* All pairs of channels of four pixels. Four sums 256 B + A (r8-r11) and four sums A (r4-r7) stay in
 * registers; two k take 12 instructions for 16 products; the first pass over a pair's weights enters
 * the unrolled loop in its middle. */
__attribute__((naked, noinline)) static void run(MK_UNUSED block *state)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #12\n" /* [sp] state, [sp, #4] end of the pair's weights, [sp, #8] entry of the loop */
        "str r0, [sp]\n"
        "ldr r1, [r0, #12]\n"
        "rsb r1, r1, #0\n"
        "and r1, r1, #28\n" /* 4 x the steps left out of the first pass, 48 bytes each */
        "add r1, r1, r1, lsl #1\n"
        "adr r2, 1f\n"
        "add r2, r2, r1, lsl #2\n"
        "orr r2, #1\n"
        "str r2, [sp, #8]\n"

        "0:\n"
        "ldm r0, {r0-r3}\n"
        "add r3, r0\n"
        "str r3, [sp, #4]\n"
        "ldr r4, [r2]\n"
        "ldr r12, [sp, #8]\n"
        "mov r5, r4\n"
        "mov r6, r4\n"
        "mov r7, r4\n"
        "mov r8, r4\n"
        "mov r9, r4\n"
        "mov r10, r4\n"
        "mov r11, r4\n"
        "bx r12\n"

        ".balign 4\n"
        "1:\n"
        ".rept 8\n"
        "ldr r12, [r0], #4\n"
        "ldrd r2, r3, [r1], #8\n"
        "sxtb16 lr, r12\n"
        "smlad r8, r12, r2, r8\n"
        "smlad r9, r12, r3, r9\n"
        "smlad r4, lr, r2, r4\n"
        "smlad r5, lr, r3, r5\n"
        "ldrd r2, r3, [r1], #8\n"
        "smlad r10, r12, r2, r10\n"
        "smlad r11, r12, r3, r11\n"
        "smlad r6, lr, r2, r6\n"
        "smlad r7, lr, r3, r7\n"
        ".endr\n"
        "ldr r2, [sp, #4]\n"
        "cmp r0, r2\n"
        "bne 1b\n"

        "ldr r12, [sp]\n"
        "ldr lr, [r12, #8]\n"
        "str r0, [r12]\n"
        "ldr r3, [lr, #12]\n" /* bias of b */
        "lsl r3, r3, #1\n"
        TWICE_B("r8", "r4") TWICE_B("r9", "r5") TWICE_B("r10", "r6") TWICE_B("r11", "r7")
        "ldrd r1, r2, [lr, #4]\n" /* multiplier and scale of a */
        "ldr r3, [r12, #16]\n"    /* out_zero */
        "lsl r4, r4, #1\n"
        "lsl r5, r5, #1\n"
        "lsl r6, r6, #1\n"
        "lsl r7, r7, #1\n"
        NARROW("r4") NARROW("r5") NARROW("r6") NARROW("r7")
        "ldrd r1, r2, [lr, #16]\n" /* of b */
        NARROW("r8") NARROW("r9") NARROW("r10") NARROW("r11")
        "bfi r4, r8, #8, #8\n"
        "bfi r5, r9, #8, #8\n"
        "bfi r6, r10, #8, #8\n"
        "bfi r7, r11, #8, #8\n"
        "ldrd r2, r3, [r12, #20]\n" /* out, out_c */
        "add lr, lr, #24\n"
        "add r1, r2, r3, lsl #1\n"
        "strh r6, [r1]\n"
        "strh r7, [r1, r3]\n"
        "strh r5, [r2, r3]\n"
        "strh r4, [r2], #2\n"
        "str lr, [r12, #8]\n"
        "str r2, [r12, #20]\n"
        "ldr r1, [r12, #28]\n"
        "cmp r0, r1\n"
        "mov r0, r12\n"
        "bne 0b\n"
        "add sp, #12\n"
        "pop {r4-r11, pc}\n");
}

void mk_pair_block(const MK_FLASH mk_conv *conv, const int16_t *columns, int8_t *out)
{
    const uint32_t pairs = conv->out_c / 2u, words = mk_pair_depth4(conv) / 2u;
    block state = {
        .weights = mk_pair_weights(conv),
        .columns = columns,
        .channels = conv->channels,
        .row = 4u * words,
        .out_zero = conv->out_zero,
        .out = out,
        .out_c = conv->out_c,
        .weights_end = mk_pair_weights(conv) + pairs * words,
    };

    if (pairs)
        run(&state);
    if (conv->out_c & 1u) {
        int8_t last[8]; /* the odd channel and what its empty partner gives */
        state.weights_end += words;
        state.out = last;
        state.out_c = 2;
        run(&state);
        out += conv->out_c - 1u;
        for (uint32_t pixel = 0; pixel < 4; pixel++, out += conv->out_c)
            *out = last[2u * pixel];
    }
}

#endif
