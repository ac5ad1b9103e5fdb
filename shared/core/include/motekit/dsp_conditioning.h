/* What a sensor's samples go through before windows are cut: a chain of stages, as an app.toml declares it.
 *
 *   frames    int16[n][channels], the sensor's counts; INT16_MIN is a sample that is missing
 *   out       float32[n'][out_channels], in the unit of the scales; at most config->capacity / out_channels frames
 *   flags     one byte of quality a frame out (dsp_quality.h)
 *   memory    float32[config->memory], the caller's (motekit.dsp.conditioning_chain says how much)
 *
 * First counts become a unit, and saturated ones are noted. Then runs of at most `longest` missing samples are filled on
 * straight lines, for which the stream waits `longest` frames; in longer ones the last sample is held so that no
 * filter is poisoned, and the frames are flagged NONFINITE. Then the stages run, each over the block before.
 * A flag stays up for `hold` frames out after the last frame that caused it: as long as filters remember.
 * Every filter starts as if the first sample had been there for ever: an offset is no step.
 * Streaming: any split of the frames into calls gives the same frames and flags.
 * A stage that a firmware does not list is not linked into it.
 */
#ifndef MOTEKIT_DSP_CONDITIONING_H
#define MOTEKIT_DSP_CONDITIONING_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_scale.h"
#include "motekit/status.h"

#define MK_CONDITIONING_CHANNELS 16

/* Frames on their way through the stages: x float[channels][stride], of which `count` are filled. */
typedef struct {
    float *x;
    mk_quality *flags;
    uint16_t count, stride;
} mk_block;

typedef struct mk_stage {
    /* out->count and out->flags are those of `in` before; a stage that changes the rate changes them */
    void (*run)(const struct mk_stage *stage, float *state, const mk_block *in, mk_block *out);
    const void *config; /* of the type that the stage names below */
    uint16_t state;     /* floats of state, 0 at the start */
    uint16_t chosen;    /* channels the stage works on, bit c for channel c; others pass */
    uint16_t most;      /* frames out for one frame in, at most */
    uint8_t channels, out_channels;
} mk_stage;

typedef struct {
    const mk_scale *scale; /* [channels] */
    const mk_stage *stages;
    uint32_t memory;
    uint16_t capacity; /* floats of the largest block before or after a stage: frames x channels */
    uint16_t block;    /* frames taken at once */
    uint16_t longest, hold;
    uint8_t channels, out_channels, count;
} mk_conditioning_config;

typedef struct {
    const mk_conditioning_config *config;
    float *gaps, *state, *blocks;
    mk_quality *flags;
    uint16_t held[8]; /* frames for which each flag stays up */
    uint8_t up;       /* whether one does */
} mk_conditioning;

mk_status mk_conditioning_init(mk_conditioning *conditioning, const mk_conditioning_config *config, float *memory);
void mk_conditioning_reset(mk_conditioning *conditioning);

/* Takes n <= config->block frames, or n missing ones if frames is 0; returns how many frames came out. They and
 * their flags lie in the caller's memory until the next call. */
uint32_t mk_conditioning_process(mk_conditioning *conditioning, const int16_t *frames, uint32_t n, const float **out,
                                 const mk_quality **flags);

/* Second-order sections (dsp_sos.h); gain is that of a constant. State: 2 + 2 sections a channel. */
typedef struct {
    const float *coeffs;
    float gain;
    uint8_t sections;
} mk_stage_sos_config;

void mk_stage_sos(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* FIR filter, decimator or resampler of all channels (dsp_resample.h), config mk_resample_config.
 * State: 5 + taps a channel. */
void mk_stage_resample(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* DC blocker (dsp_dcblock.h), config const float *, the pole. State: 3 a channel. */
void mk_stage_dcblock(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Median or Hampel filter (dsp_median.h). State: 2 + 2 width a channel. */
typedef struct {
    float threshold;
    uint8_t width;
} mk_stage_median_config;

void mk_stage_median(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Running normalisation (dsp_normalise.h). State: 4 a channel. */
typedef struct {
    float share, floor;
} mk_stage_normalise_config;

void mk_stage_normalise(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Gravity by low-pass (dsp_axes.h). State: 2 a channel. The acceleration without it, it alone, or both: then the
 * chosen channels' gravity follows after all channels. */
typedef struct {
    float share;
    uint8_t body, gravity;
} mk_stage_gravity_config;

void mk_stage_gravity(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Norm of the chosen channels, as a channel after all others; config const uint8_t *: keep the chosen ones too. */
void mk_stage_magnitude(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Only the chosen channels; config: any. */
void mk_stage_select(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* (x - offset) * gain; config const float[chosen][2]: offset, gain. */
void mk_stage_gain(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Difference to the sample before times a rate: jerk of an acceleration; config const float *. State: 2 a channel. */
void mk_stage_difference(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Envelope by Hilbert transformer (dsp_envelope.h), config mk_resample_config. State: 2 + taps a channel. */
void mk_stage_envelope(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Exponential smoothing (dsp_soil.h), config const float *, the share. State: 2 a channel. */
void mk_stage_smooth(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* The chosen channels once more, after all others; config: any. */
void mk_stage_copy(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* |x|; config: any. */
void mk_stage_rectify(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

/* Order tracking (dsp_order.h): all channels but `speed` at equal angles; turns are speed * factor. A speed that would
 * give more than stage->most frames for one is a RANGE. State: 2 + 2 a channel. */
typedef struct {
    float factor;
    uint16_t per_turn;
    uint8_t speed;
} mk_stage_order_config;

void mk_stage_order(const mk_stage *stage, float *state, const mk_block *in, mk_block *out);

#endif
