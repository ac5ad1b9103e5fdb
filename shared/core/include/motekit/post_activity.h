/* Activity decisions: each window's scores, smoothed by what people rarely do, change their activity.
 *
 * A hidden Markov model over the labels, filtered forwards: the belief spreads evenly by `change` to the other labels
 * each window, then each label is weighed by its score.
 *
 *   scores    int8[labels], softmax output with scale 1/256 and zero point -128; 0 pointer: the window says nothing
 *   weight    float32[256], of each score from -128 on, above 0: its probability to the power of the tempering
 *             (windows overlap, so each is only in part news), computed once, in Python
 *   change    0 to 1, share of people who change activity from one window to the next
 *   certain   belief from which another label than the last is decided
 *   decision  label, or MK_ACTIVITY_UNKNOWN as long as none has been certain; changed: it is another than before
 *
 * Cost: about 20 a label. Source: Rabiner, Proc. IEEE 77, 1989, the forward recursion.
 */
#ifndef MOTEKIT_POST_ACTIVITY_H
#define MOTEKIT_POST_ACTIVITY_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_ACTIVITY_MOST_LABELS 16
#define MK_ACTIVITY_UNKNOWN 255

typedef struct {
    uint8_t labels; /* 2 to MK_ACTIVITY_MOST_LABELS */
    float change, certain;
    const float *weight;
} mk_activity_config;

typedef struct {
    mk_activity_config config;
    float belief[16];
    uint8_t label;
} mk_activity;

typedef struct {
    float belief; /* in the label */
    uint8_t label, changed;
    uint8_t best; /* label of the highest belief, certain or not */
} mk_activity_decision;

mk_status mk_activity_init(mk_activity *activity, const mk_activity_config *config);
void mk_activity_reset(mk_activity *activity);
mk_activity_decision mk_activity_process(mk_activity *activity, const int8_t *scores);

#endif
