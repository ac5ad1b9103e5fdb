/* FIR filter with a change of rate by up / down: filter, decimator, interpolator or resampler, polyphase.
 *
 *   in        float32[n], any unit and n
 *   out       float32, mk_resample_size(r, n) values at most; must not overlap in
 *   phases    float32[up][taps]: phases[p][t] = up-rate impulse response h[p + up * (taps - 1 - t)], oldest first
 *   up, down  1 to 1024; 1 and 1 make a plain FIR filter
 *   history   float32[taps], the caller's; init clears it (the signal before the first sample is 0)
 *
 * Output m is sum over k of h[m down - k up] in[k]: the same as scipy.signal.upfirdn. It comes as soon as the
 * newest sample it needs does. Delay: (length of h - 1) / (2 up) input samples for a symmetric h.
 * Streaming: any split of the input into calls gives the same output.
 * Cost: about 5 instructions a tap and output on Cortex-M4F. Source: Crochiere & Rabiner, Multirate Digital
 * Signal Processing, 1983, 3.3.
 */
#ifndef MOTEKIT_DSP_RESAMPLE_H
#define MOTEKIT_DSP_RESAMPLE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_RESAMPLE_MAX_RATE 1024

typedef struct {
    const float *phases;
    uint16_t up, down;
    uint16_t taps; /* of one phase, at least 1 */
} mk_resample_config;

typedef struct {
    const mk_resample_config *config;
    float *history;  /* ring: `next` is the oldest sample */
    uint16_t next;
    uint16_t phase;  /* of the next output */
    uint16_t skip;   /* samples still to take before it */
} mk_resample;

mk_status mk_resample_init(mk_resample *r, const mk_resample_config *config, float *history);
void mk_resample_reset(mk_resample *r);

/* Most outputs that n more samples can give. */
uint32_t mk_resample_size(const mk_resample *r, uint32_t n);

/* Take n samples; returns how many outputs were written. */
uint32_t mk_resample_process(mk_resample *r, const float *in, uint32_t n, float *out);

#endif
