/* Heart-rate tracking: what each window says about every rate, to one rate, its confidence, or no reading.
 *
 * A hidden Markov model over a grid of rates, filtered forwards, so that it never looks ahead: the belief of the
 * last window spreads by what a heart can change in one step, then each rate is weighed by the new evidence.
 *
 *   evidence  float32[states], natural logarithm of how well each rate explains the window, up to a constant;
 *             0 pointer, or anything not finite in it: the window says nothing, and the belief only spreads
 *   tempering 0 to 1, exponent of the evidence: windows of 8 s every 2 s share three quarters of their samples,
 *             so that a quarter to a half of each is news
 *   spread    BPM a step, scale of the Laplace distribution of the change
 *   jump      share of the belief that spreads over all rates each step: how a wrong track is left
 *   bpm       median of the belief, between the grid's rates
 *   confidence  belief within `tolerance` BPM of that; it is read as a probability
 *   valid     1 where the confidence is at least `least_confidence`: otherwise there is no reading
 *   belief    float32[states], scratch float32[MK_HEART_RATE_SCRATCH(states)] that is free between calls, the caller's
 *
 * Cost: about 60 a state, of which mk_exp takes half. Source: Rabiner, A Tutorial on Hidden Markov Models, Proc.
 * IEEE 77, 1989, the forward recursion; the Laplace kernel as two first-order recursions is ours.
 */
#ifndef MOTEKIT_POST_HEART_RATE_H
#define MOTEKIT_POST_HEART_RATE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_HEART_RATE_MOST_STATES 512
#define MK_HEART_RATE_SCRATCH(states) (2u * (states))

typedef struct {
    uint16_t states; /* 3 to MK_HEART_RATE_MOST_STATES */
    float first_bpm, step_bpm;
    float spread_bpm;
    float jump; /* above 0, below 1 */
    float tempering;
    float tolerance_bpm;
    float least_confidence; /* 0 to 1 */
} mk_heart_rate_config;

typedef struct {
    float bpm, confidence;
    uint8_t valid;
} mk_heart_rate_reading;

typedef struct {
    mk_heart_rate_config config;
    float *belief;
    float keep; /* of a rate's belief, what reaches the next grid rate, to that one */
} mk_heart_rate;

mk_status mk_heart_rate_init(mk_heart_rate *rate, const mk_heart_rate_config *config, float *belief);
void mk_heart_rate_reset(mk_heart_rate *rate);
mk_heart_rate_reading mk_heart_rate_process(mk_heart_rate *rate, const float *evidence, float *scratch);

#endif
