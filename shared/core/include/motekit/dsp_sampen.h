/* Sample entropy: how unlikely it is that what looked alike for m samples still does for one more.
 *
 *   x         float32[n], n at most 4096
 *   m         1 to 8 (usual: 2)
 *   radius    in the unit of x, usually 0.2 deviations; samples within it look alike
 *   entropy   -ln(A / B), A and B the pairs of runs alike for m + 1 and m samples; if A is 0, that of A = 1 / 2,
 *             and EMPTY if B is 0 as well, when 0 is given
 *
 * Cost: about 14 n^2 instructions. Source: Richman & Moorman 2000 (both counts over the same n - m runs).
 */
#ifndef MOTEKIT_DSP_SAMPEN_H
#define MOTEKIT_DSP_SAMPEN_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

mk_quality mk_sampen_process(const float *x, uint32_t n, uint8_t m, float radius, float *entropy);

#endif
