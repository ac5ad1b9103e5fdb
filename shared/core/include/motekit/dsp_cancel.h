/* Cancels what other sensors explain of a signal: motion, by the accelerometer, out of a pulse wave.
 *
 * Least squares of each target on every reference at `lags` samples, `stride` apart, a window at a time, with a
 * ridge, and with the normal equations of the windows before remembered: a coupling that lasts is learnt over
 * many windows and leaves a pulse at the same rate alone, one that changes needs a short memory. Several
 * memories at once cost little; the caller weighs their answers.
 *
 *   reference float32[references][MK_CANCEL_SPAN(length, lags, stride)]; target[t] is explained by reference[t],
 *             reference[t + stride] ... reference[t + (lags - 1) stride], so the caller delays one against the other.
 *             What a row holds behind that is not read where `pitch`, the distance of two rows, is larger
 *   target    float32[targets][length]
 *   weights   float32[length], e.g. a Hann window; the fit is weighted by it, and so is the result
 *   ridge     share of the mean diagonal of the normal equations that is added to it, 1e-4 to 10; 0.01 is usual
 *   memory    0 to below 1 each: G of window k = its own + memory x G of window k - 1
 *   out       float32[memories][targets][length]: weights x (target - its mean - what the references explain)
 *   state     float32[mk_cancel_state(config)], scratch float32[MK_CANCEL_SCRATCH(length, terms,
 *             targets)], the caller's; terms = references x lags
 *
 * Quality: NONFINITE, with out all 0 and the window forgotten, if a sample is not finite; FLAT if no reference
 * moves, out then being the weighted targets. Accuracy: 1e-4 of the target's largest weighted sample at a ridge of
 * 0.01 (the condition number may reach terms / ridge). Cost: about 2 terms^2 length. Source: Widrow et al.,
 * Adaptive Noise Cancelling, Proc. IEEE 63, 1975; block least squares with exponential forgetting, Haykin,
 * Adaptive Filter Theory, 4th ed., ch. 9; Cholesky, Golub & Van Loan, 4.2.
 */
#ifndef MOTEKIT_DSP_CANCEL_H
#define MOTEKIT_DSP_CANCEL_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_CANCEL_MOST_TERMS 64
#define MK_CANCEL_MOST_MEMORIES 4
/* normal equations: a packed lower triangle, then a column a target */
#define MK_CANCEL_EQUATIONS(terms, targets) ((terms) * ((terms) + 1u) / 2u + (terms) * (targets))
/* most that may be asked for: a memory of 0 keeps nothing */
#define MK_CANCEL_STATE(terms, targets, memories) ((memories) * MK_CANCEL_EQUATIONS(terms, targets))
#define MK_CANCEL_SCRATCH(length, terms, targets) ((length) + (terms) + 2u * MK_CANCEL_EQUATIONS(terms, targets))
#define MK_CANCEL_SPAN(length, lags, stride) ((length) + ((lags) - 1u) * (stride))

typedef struct {
    uint16_t length; /* 2 to 4096 */
    uint8_t references, lags, stride, targets, memories;
    uint16_t pitch; /* floats from one row of reference or target to the next; 0: rows without gaps */
    float ridge;
    float memory[4];
    const float *weights;
} mk_cancel_config;

typedef struct {
    mk_cancel_config config;
    float *state;
} mk_cancel;

uint32_t mk_cancel_state(const mk_cancel_config *config);
mk_status mk_cancel_init(mk_cancel *cancel, const mk_cancel_config *config, float *state);
void mk_cancel_reset(mk_cancel *cancel);

/* The same in steps, for one float32[length] at a time: the window's own normal equations into scratch (NONFINITE:
 * nothing is measured, the window must be left out); what a memory makes of them, which it remembers (FLAT as above);
 * target k's rest by it. scratch may be used behind MK_CANCEL_KEPT once the equations are measured. */
#define MK_CANCEL_KEPT(terms, targets) ((terms) + 2u * MK_CANCEL_EQUATIONS(terms, targets))
mk_quality mk_cancel_measure(const mk_cancel *cancel, const float *reference, const float *target, float *scratch);
mk_quality mk_cancel_solve(mk_cancel *cancel, uint32_t memory, float *scratch);
void mk_cancel_rest(const mk_cancel *cancel, uint32_t k, const float *reference, const float *target,
                    const float *scratch, float *out);

/* All at once, for every memory and target. */
mk_quality mk_cancel_process(mk_cancel *cancel, const float *reference, const float *target, float *out,
                             float *scratch);

#endif
