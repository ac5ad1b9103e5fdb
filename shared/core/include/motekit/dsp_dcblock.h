/* Removes the constant part of a stream: y[n] = x[n] - x[n-1] + r y[n-1].
 *
 *   in, out   float32[n], any unit; out may be in
 *   r         0 to below 1; -3 dB at about (1 - r) rate / (2 pi)
 *
 * The signal before the first sample equals the first sample, so an offset causes no step.
 * Streaming: any split gives the same output. Source: Smith, Introduction to Digital Filters, "DC Blocker".
 */
#ifndef MOTEKIT_DSP_DCBLOCK_H
#define MOTEKIT_DSP_DCBLOCK_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    float r, x, y;
    uint8_t started;
} mk_dcblock;

mk_status mk_dcblock_init(mk_dcblock *block, float r);
void mk_dcblock_process(mk_dcblock *block, const float *in, float *out, uint32_t n);

#endif
