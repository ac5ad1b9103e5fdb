/* The motion half of a wrist: activity, steps, cadence, falls, sleep and wake, a tick of 2 s at a time.
 *
 *   in        float32[3][pitch], n samples an axis (x along the forearm) in g, 20 a second, gravity included
 *   model     compiled network: int8[MK_BODY_VALUES] to int8[labels], softmax with scale 1/256 and zero point -128;
 *             0: there is no activity to tell. Its arena is the caller's and free between ticks
 *   gain, offset  of each value, to the network's input: round(value x gain + offset), -128 to 127
 *   memory    float32[mk_body_memory(config)], scratch float32[MK_BODY_SCRATCH], free between ticks
 *
 * mk_body_push takes samples as they come; mk_body_tick after each 40 of them tells of the last 4 s. With `quality`
 * other than 0 (samples missing, saturated, flat) or in the first 4 s the window says nothing: no scores, no cadence,
 * and the activity rests on what was. Steps are the mean of this
 * tick's cadence and the last one's times 2 s, where both have one, in 1/256 steps. Streaming.
 */
#ifndef MOTEKIT_POST_BODY_H
#define MOTEKIT_POST_BODY_H

#include <stdint.h>

#include "motekit/dsp_cadence.h"
#include "motekit/dsp_counts.h"
#include "motekit/dsp_gait.h"
#include "motekit/dsp_recent.h"
#include "motekit/nn.h"
#include "motekit/post_activity.h"
#include "motekit/post_fall.h"
#include "motekit/post_sleep.h"
#include "motekit/status.h"

#define MK_BODY_TICK 40
/* gait's, a window in its order, its values */
#define MK_BODY_SCRATCH 1044
/* gait's, then recent's */
#define MK_BODY_VALUES 98

typedef struct {
    mk_gait_config gait;
    mk_cadence_config cadence;
    mk_counts_config counts;
    mk_fall_config fall;
    mk_activity_config activity;
    const float *gain, *offset; /* float32[MK_BODY_VALUES] */
    uint8_t sleep_rule;
    uint8_t sleep_axis; /* whose counts they judge, 0 to 2 */
} mk_body_config;

typedef struct {
    float belief;      /* in the label */
    float cadence;     /* steps a second, 0: none */
    float regularity;  /* 0 to 1, of the cadence */
    uint32_t steps;    /* since reset, in 1/256 */
    uint32_t counts[3]; /* of the minute that ended, else 0 */
    mk_sleep_verdict sleep; /* valid once a minute */
    mk_sleep_summary night; /* of the night that ended, where night_over is 1 */
    uint8_t night_over;
    uint8_t minute;    /* 1: a minute ended */
    uint8_t falls;     /* in this tick */
    uint8_t valid;     /* 1: scores are of this window */
    uint8_t label, changed, best; /* see post_activity.h */
    int8_t scores[16];
} mk_body_report;

typedef struct {
    const mk_body_config *config;
    const mk_nn_model *model;
    int8_t *arena;
    float *ring; /* float32[3][MK_GAIT_LENGTH] */
    mk_counts counts;
    mk_fall fall;
    mk_activity activity;
    mk_sleep sleep;
    uint32_t steps;
    float cadence; /* of the last tick */
    uint32_t counted[3];
    uint16_t filled, next;
    uint8_t falls, minute;
} mk_body;

uint32_t mk_body_memory(const mk_body_config *config);
mk_status mk_body_init(mk_body *body, const mk_body_config *config, const mk_nn_model *model, void *arena,
                         float *memory);
void mk_body_reset(mk_body *body);
void mk_body_push(mk_body *body, const float *in, uint32_t pitch, uint32_t n);
mk_status mk_body_tick(mk_body *body, mk_quality quality, float *scratch, mk_body_report *report);

/* The network's input from a window's values. */
void mk_body_inputs(const mk_body_config *config, const float *values, int8_t *inputs);

#endif
