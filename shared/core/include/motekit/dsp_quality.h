/* What is wrong with a window of samples: one byte of flags that goes with it to the decision.
 *
 * A block that cannot compute a meaningful value returns these flags beside a defined one (0, or a NaN that
 * came in). A decision that needs trust takes only windows whose flags are 0.
 */
#ifndef MOTEKIT_DSP_QUALITY_H
#define MOTEKIT_DSP_QUALITY_H

#include <stdint.h>

#define MK_QUALITY_NONFINITE 1u /* a sample was NaN or infinite */
#define MK_QUALITY_SATURATED 2u /* a sample lay at an end of the sensor's range */
#define MK_QUALITY_GAP 4u       /* samples were missing; they were filled in, or too many were missing to fill */
#define MK_QUALITY_FLAT 8u      /* all samples are equal: a ratio to the deviation is undefined and given as 0 */
#define MK_QUALITY_EMPTY 16u    /* nothing to compute from */
#define MK_QUALITY_RANGE 32u    /* an input outside the block's documented range was limited to it */

typedef uint8_t mk_quality;

/* Flags of a window: NONFINITE, SATURATED if a sample is <= low or >= high, FLAT, EMPTY. */
mk_quality mk_quality_check(const float *x, uint32_t n, float low, float high);

#endif
