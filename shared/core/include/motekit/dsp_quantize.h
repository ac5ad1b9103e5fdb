/* Fixed-point features to the int8 tensor of a network.
 *
 *   in        int16[n], any Q format
 *   out       int8[n]: saturate((in * multiplier + offset) >> shift)
 *   multiplier  0 to 32767; offset magnitude at most 2^30; shift 0 to 30
 *
 * With q = (x - mean) / (deviation * scale) + zero_point and x = in * 2^-Q, the caller (motekit.dsp.Quantizer)
 * picks the largest multiplier that fits; rounding to nearest is part of `offset`.
 */
#ifndef MOTEKIT_DSP_QUANTIZE_H
#define MOTEKIT_DSP_QUANTIZE_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    int32_t multiplier;
    int32_t offset;
    uint8_t shift;
} mk_quantizer;

mk_status mk_quantizer_check(const mk_quantizer *quantizer);
void mk_quantizer_process(const mk_quantizer *quantizer, const int16_t *in, int8_t *out, uint32_t n);

#endif
