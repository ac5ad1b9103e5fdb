/* Cuts a stream into overlapping windows, each with its quality.
 *
 *   samples   float32[n][channels], NaN for one that is missing
 *   window    float32[length][channels], the newest `length` samples; valid until the next call
 *   length    samples a window; hop: samples between windows, 1 to length
 *   low, high a value at or beyond them is at the end of the sensor's range
 *   memory    float32[length * channels], the caller's
 *
 * mk_frame_gap tells that samples were lost between two calls (an overrun, a torn link): they enter as NaN, and
 * every window that contains one is flagged GAP and NONFINITE (dsp_fill.h can mend short ones).
 * Streaming: any split of the samples gives the same windows. Window w ends with sample length + w * hop - 1.
 */
#ifndef MOTEKIT_DSP_FRAME_H
#define MOTEKIT_DSP_FRAME_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    uint16_t length, hop;
    uint8_t channels;
    float low, high;
} mk_frame_config;

typedef struct {
    const mk_frame_config *config;
    float *memory;
    uint32_t lost; /* samples announced as lost that have not entered yet */
    uint16_t filled, keep;
} mk_frame;

mk_status mk_frame_init(mk_frame *frame, const mk_frame_config *config, float *memory);
void mk_frame_reset(mk_frame *frame);
void mk_frame_gap(mk_frame *frame, uint32_t lost);

/* Take samples until a window is complete or none are left; *samples and *count move on. Returns 1 when the
 * window in frame->memory is complete and *quality its flags, 0 when more samples are needed. */
int mk_frame_next(mk_frame *frame, const float **samples, uint32_t *count, mk_quality *quality);

#endif
