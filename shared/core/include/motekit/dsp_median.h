/* Running median, and Hampel's filter, which replaces only outliers by it.
 *
 *   in, out   float32[n], any unit; out may be in
 *   width     odd, 3 to MK_MEDIAN_MAX; the window is centred: output comes (width - 1) / 2 samples late
 *   threshold 0: plain median. Above 0 (usual: 3): a sample further than threshold x 1.4826 x (median absolute
 *             deviation) from the median is replaced by it, any other is kept
 *   memory    float32[MK_MEDIAN_MEMORY(width)], the caller's
 *
 * Before the first sample the signal equals the first. Streaming: any split gives the same output.
 * A NaN never wins over a number: it counts as the largest value, and Hampel replaces it.
 * Cost: about 20 instructions for each of `width` a sample. Source: Hampel 1974; Pearson, Outliers in process modelling, 2002.
 */
#ifndef MOTEKIT_DSP_MEDIAN_H
#define MOTEKIT_DSP_MEDIAN_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_MEDIAN_MAX 63
#define MK_MEDIAN_MEMORY(width) (2u * (width))

typedef struct {
    float *ring, *sorted;
    float threshold;
    uint32_t replaced; /* samples that Hampel replaced, since init */
    uint8_t width, next, started;
} mk_median;

mk_status mk_median_init(mk_median *median, uint8_t width, float threshold, float *memory);
void mk_median_process(mk_median *median, const float *in, float *out, uint32_t n);

#endif
