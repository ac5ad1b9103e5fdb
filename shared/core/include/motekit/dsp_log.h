/* Logarithm of integers, in fixed point.
 *
 *   x         uint64, 1 to 2^64 - 1; log2(0) is defined as 0
 *   returns   int32 Q16, log2(x), 0 to 64; error at most 1.2e-5 (see tests/python/dsp/test_log.py)
 *
 * Cost: about 25 instructions on Cortex-M4. Source: normalise by the leading zeros, then a degree-6
 * polynomial for log2(1 + f), f in [0, 1), fitted at Chebyshev nodes (docs/dsp.md).
 */
#ifndef MOTEKIT_DSP_LOG_H
#define MOTEKIT_DSP_LOG_H

#include <stdint.h>

int32_t mk_log2_q16(uint64_t x);

#endif
