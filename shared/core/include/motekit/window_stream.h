/* A sensor's stream to the features of windows and the int8 input of a network.
 *
 *   frames -> conditioning (dsp_conditioning.h) -> windows of `length`, one every `hop` (dsp_frame.h)
 *          -> features (dsp_features.h) -> int8 tensor (dsp_affine.h)
 *
 *   memory    float32[config->memory], the caller's (motekit.dsp.windows says how much)
 *
 * Each window comes with its quality: what was wrong with any of its frames, and what the features say. A decision
 * that needs trust leaves out windows whose flags are not 0.
 * Any split of the frames into calls gives the same windows. Typical use:
 *
 *   while (mk_window_stream_next(&stream, &frames, &count, &quality)) {
 *       mk_window_stream_tensor(&stream, input);
 *       ...
 *   }
 */
#ifndef MOTEKIT_WINDOW_STREAM_H
#define MOTEKIT_WINDOW_STREAM_H

#include <stdint.h>

#include "motekit/dsp_affine.h"
#include "motekit/dsp_conditioning.h"
#include "motekit/dsp_features.h"
#include "motekit/dsp_frame.h"
#include "motekit/status.h"

typedef struct {
    const mk_conditioning_config *conditioning;
    const mk_frame_config *frame;
    const mk_features_config *features;
    const mk_affine *affine; /* 0: no tensor is wanted */
    uint32_t memory;
    uint16_t width; /* features a window */
} mk_window_stream_config;

typedef struct {
    const mk_window_stream_config *config;
    float *features; /* float32[width] of the newest window */
    uint32_t index;  /* windows so far */
    mk_conditioning conditioning;
    mk_frame frame;
    float *scratch;
    const float *ready; /* conditioned frames that no window has taken yet, and their flags */
    const mk_quality *ready_flags;
    uint32_t ready_count, lost;
    uint32_t seen;    /* conditioned frames, modulo 2^32 */
    uint32_t last[8]; /* for each flag that is in `flags`, the newest frame it was on */
    mk_quality flags;
} mk_window_stream;

mk_status mk_window_stream_init(mk_window_stream *stream, const mk_window_stream_config *config, float *memory);

/* Forget all frames, as after init. */
void mk_window_stream_reset(mk_window_stream *stream);

/* So many frames were lost before the next ones: they enter as missing. */
void mk_window_stream_gap(mk_window_stream *stream, uint32_t lost);

/* Take frames, int16[count][channels], until a window is complete or none are left; *frames and *count move on.
 * Returns 1 when stream->features are those of a window and *quality its flags, 0 when more frames are needed. */
int mk_window_stream_next(mk_window_stream *stream, const int16_t **frames, uint32_t *count, mk_quality *quality);

/* As many windows as the frames complete, at most `most`: features float32[most][width] and quality[most]. Returns how
 * many there were; frames that are left stay in *count. */
uint32_t mk_window_stream_run(mk_window_stream *stream, const int16_t **frames, uint32_t *count, float *features,
                              mk_quality *quality, uint32_t most);

/* The newest window's features as int8[width]. */
void mk_window_stream_tensor(const mk_window_stream *stream, int8_t *out);

#endif
