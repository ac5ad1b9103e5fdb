/* Envelope of a stream: the size of its analytic signal, by an FIR Hilbert transformer.
 *
 *   in        float32[n], any unit, band-passed: the transformer has no gain near 0 and half the rate
 *   out       float32[n]: sqrt(x^2 + h^2), (taps - 1) / 2 samples late; must not overlap in
 *   hilbert   a mk_resample of 1 / 1 with an odd number of antisymmetric taps
 *
 * Streaming: any split gives the same output. The envelope spectrum that bearings are judged by is
 * mk_sos (band-pass), this, then mk_spectrum without the mean.
 * Source: Randall & Antoni, Rolling element bearing diagnostics - a tutorial, 2011.
 */
#ifndef MOTEKIT_DSP_ENVELOPE_H
#define MOTEKIT_DSP_ENVELOPE_H

#include <stdint.h>

#include "motekit/dsp_resample.h"
#include "motekit/status.h"

typedef struct {
    mk_resample hilbert;
} mk_envelope;

/* history float32[taps] */
mk_status mk_envelope_init(mk_envelope *envelope, const mk_resample_config *hilbert, float *history);
void mk_envelope_reset(mk_envelope *envelope);
void mk_envelope_process(mk_envelope *envelope, const float *in, float *out, uint32_t n);

/* |x|: the rectifier, where a low-pass follows. out may be in. */
void mk_rectify(const float *in, float *out, uint32_t n);

#endif
