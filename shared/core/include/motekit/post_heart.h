/* Heart rate from two wrist pulse waves and the accelerometer beside them, at 25 Hz: windows of 8 s every 2 s.
 *
 * A high-pass, then per window: motion out of each pulse wave (dsp_cancel.h, several memories), what each rest's
 * spectrum says about every rate (dsp_heart_spectrum.h), the mixture of the memories, and the track of the heart
 * (post_heart_rate.h). All that is declared comes in `config`; motekit.post.Heart makes it.
 *
 *   samples   float32[MK_HEART_CHANNELS][pitch]: pulse waves, then x, y, z, the next n at most `hop`
 *   quality   of each channel since the last window (dsp_channel.h). A pulse wave with GAP, FLAT, SATURATED or EMPTY
 *             anywhere in the window has no say in it; without one that is good, or without the accelerometer while
 *             there is motion to cancel, the belief only spreads
 *   reading   valid only where the confidence is high enough and nothing of the above is wrong; trouble says what
 *   evidence  float32[states] of the last window, inside the scratch; valid until the next call
 *   memory    float32[mk_heart_memory(config)], scratch float32[mk_heart_scratch(config)], free between windows
 *
 * Causal: a window ends with its newest sample. Cost: mps2_an386, docs/dsp-cost.md.
 */
#ifndef MOTEKIT_POST_HEART_H
#define MOTEKIT_POST_HEART_H

#include <stdint.h>

#include "motekit/dsp_cancel.h"
#include "motekit/dsp_heart_spectrum.h"
#include "motekit/dsp_quality.h"
#include "motekit/dsp_sos.h"
#include "motekit/post_heart_rate.h"
#include "motekit/status.h"

#define MK_HEART_CHANNELS 5
#define MK_HEART_PULSES 2
#define MK_HEART_HOPS 8 /* most hops a window */

/* why there is no reading */
#define MK_HEART_NO_PULSE 1u  /* no pulse wave without a fault: unplugged, saturated, stuck, off the wrist */
#define MK_HEART_NO_MOTION 2u /* the accelerometer has a fault: what moves cannot be told from what beats */
#define MK_HEART_UNSURE 4u    /* confidence too low */
#define MK_HEART_FILLING 8u   /* the first window is not complete */
#define MK_HEART_OFF 32u      /* the pulse sensor's light is off (post_wearable.h) */
#define MK_HEART_SLOW 64u     /* so slow that drifting light may be it, and no beats to be seen (post_wearable.h) */
#define MK_HEART_AFTER 16u    /* a fault lies in the window, or the track has not been found again after one */

typedef struct {
    mk_sos highpass; /* coefficients and sections; its state is not used */
    mk_cancel_config cancel; /* references 3, targets 2, pitch of the window's rows */
    mk_heart_spectrum spectrum;
    mk_heart_rate_config rate;
    uint16_t hop, hops;      /* samples from window to window, hops a window */
    uint16_t ahead;          /* samples of the accelerometer after the pulse wave's */
    float least_pulse;       /* root mean square of a pulse wave's window below which nothing is worn */
    float least_motion;      /* of an axis's window, above which its fault makes the rate unsafe */
    uint16_t recover;        /* windows after a fault, from when none of it is left, that give no reading */
} mk_heart_config;

typedef struct {
    mk_heart_rate_reading rate;
    uint8_t trouble; /* MK_HEART_..., 0: the reading is valid */
    mk_quality channel[MK_HEART_CHANNELS]; /* flags over the whole window */
} mk_heart_reading;

typedef struct {
    const mk_heart_config *config;
    float *memory, *window, *scratch;
    mk_sos highpass[MK_HEART_CHANNELS];
    mk_cancel cancel;
    mk_heart_rate rate;
    mk_quality flags[MK_HEART_HOPS][MK_HEART_CHANNELS];
    uint32_t filled, count; /* samples of the hop, windows and hops so far */
    uint32_t healthy;       /* windows since a fault */
} mk_heart;

uint32_t mk_heart_memory(const mk_heart_config *config);
uint32_t mk_heart_scratch(const mk_heart_config *config);
mk_status mk_heart_init(mk_heart *heart, const mk_heart_config *config, float *memory, float *scratch);
void mk_heart_reset(mk_heart *heart);

/* n at most what is missing to the hop's end. */
void mk_heart_push(mk_heart *heart, const float *samples, uint32_t pitch, uint32_t n);

/* Root mean square of the axis that moved most in the newest n samples, at most a window. */
float mk_heart_motion(const mk_heart *heart, uint32_t n);

/* After each hop. */
mk_heart_reading mk_heart_hop(mk_heart *heart, const mk_quality *quality, const float **evidence);

#endif
