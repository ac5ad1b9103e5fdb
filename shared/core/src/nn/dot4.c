#include "dot4.h"

#if !defined(__AVR__)

#if defined(MK_NN_DSP)

/* depth is a multiple of 4 */
__attribute__((naked, noinline)) static void dot_words(MK_UNUSED const int8_t *const rows[4], MK_UNUSED const int8_t *x,
                                                       MK_UNUSED uint32_t depth, MK_UNUSED int32_t sums[4])
{
    __asm__ volatile(
        "push {r3-r11, lr}\n"
        "ldm r0, {r4-r7}\n"
        "movs r8, #0\n"
        "movs r9, #0\n"
        "movs r10, #0\n"
        "movs r11, #0\n"
        "adds lr, r1, r2\n"
        "cbz r2, 1f\n"
        "0:\n"
        MK_DOT4_STEP
        "cmp r1, lr\n"
        "bne 0b\n"
        "1:\n"
        "pop {r3}\n"
        "stm r3, {r8-r11}\n"
        "pop {r4-r11, pc}\n");
}

void mk_dot4(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4])
{
    const uint32_t whole = depth & ~3u;
    dot_words(rows, x, whole, sums);
    for (uint32_t k = whole; k < depth; k++) {
        for (uint32_t i = 0; i < 4; i++)
            sums[i] += rows[i][k] * x[k];
    }
}

#elif defined(__thumb__)

/* rows and x point to the ENDS of what they hold. Thumb-1 code, which every core runs: a product takes
 * 3.5 instructions; the first pass enters the unrolled loop in its middle. */
__attribute__((naked, noinline)) void mk_dot4_ends(__attribute__((unused)) const int8_t *const rows[4],
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

#else

void mk_dot4(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4])
{
    int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (uint32_t k = 0; k < depth; k++) {
        const int32_t value = x[k];
        s0 += rows[0][k] * value;
        s1 += rows[1][k] * value;
        s2 += rows[2][k] * value;
        s3 += rows[3][k] * value;
    }
    sums[0] = s0;
    sums[1] = s1;
    sums[2] = s2;
    sums[3] = s3;
}

#endif

#endif
