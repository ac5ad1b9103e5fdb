/* Cascade of second-order IIR sections, direct form II transposed.
 *
 *   in, out   float32[n], any unit; out may be in
 *   coeffs    float32[sections][5]: b0 b1 b2 a1 a2 with a0 = 1, the rows of scipy's sos without a0
 *   state     float32[MK_SOS_STATE(sections)], the caller's; init clears it
 *
 * Streaming: any split of the input into calls gives the same output. A NaN stays in the state until
 * mk_sos_reset: the window's quality says so (dsp_quality.h).
 * Cost: 7 instructions a section and sample on Cortex-M4F. Source: Oppenheim & Schafer, Discrete-Time
 * Signal Processing, 3rd ed., 6.3.
 */
#ifndef MOTEKIT_DSP_SOS_H
#define MOTEKIT_DSP_SOS_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    const float *coeffs;
    float *state;
    uint8_t sections;
} mk_sos;

#define MK_SOS_STATE(sections) (2u * (sections))

mk_status mk_sos_init(mk_sos *sos, const float *coeffs, uint8_t sections, float *state);

/* Forget all samples, as after init. */
void mk_sos_reset(mk_sos *sos);
void mk_sos_process(mk_sos *sos, const float *in, float *out, uint32_t n);

#endif
