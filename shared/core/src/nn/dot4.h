/* Four rows of weights times one vector of activations. */
#ifndef MK_NN_DOT4_H
#define MK_NN_DOT4_H

#include "dsp.h"

/* For naked functions on cores with the DSP extension: four products of the row of weights at p, which moves on,
 * with the activations in r0 (bytes 0 and 2) and r2 (1 and 3); r3 and r12 are lost. */
#define MK_DOT4_ROW(p, sum) \
    "ldr r12, [" p "], #4\n" "sxtb16 r3, r12\n" "smlad " sum ", r3, r0, " sum "\n" \
    "sxtb16 r12, r12, ror #8\n" "smlad " sum ", r12, r2, " sum "\n"

/* the activations at r1, which moves on, times the rows at r4..r7: sums in r8..r11 */
#define MK_DOT4_STEP \
    "ldr r12, [r1], #4\n" "sxtb16 r0, r12\n" "sxtb16 r2, r12, ror #8\n" \
    MK_DOT4_ROW("r4", "r8") MK_DOT4_ROW("r5", "r9") MK_DOT4_ROW("r6", "r10") MK_DOT4_ROW("r7", "r11")

/* Writes the four sums of depth products; rows may be one and the same. Not on AVRs, whose weights have no
 * ordinary address. */
#if defined(__thumb__) && !defined(MK_NN_DSP)
void mk_dot4_ends(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4]);

static inline void mk_dot4(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4])
{
    const int8_t *const ends[4] = {rows[0] + depth, rows[1] + depth, rows[2] + depth, rows[3] + depth};
    mk_dot4_ends(ends, x + depth, depth, sums);
}
#else
void mk_dot4(const int8_t *const rows[4], const int8_t *x, uint32_t depth, int32_t sums[4]);
#endif

#endif
