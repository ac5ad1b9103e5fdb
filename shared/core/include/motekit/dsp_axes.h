/* Several axes at once: magnitude, correlation, and acceleration without gravity.
 *
 *   frames    float32[n][axes], samples of one moment together; 1 to 8 axes
 *
 * mk_gravity: a one-pole low-pass a axis, g += share (x - g), estimates gravity; out = x - g. It starts at the
 * first sample. share is 0 to 1, about 2 pi x cut-off / rate. Streaming: any split gives the same output.
 * Source: Pearson's r as of numpy.corrcoef; Android SensorEvent documentation (gravity by low-pass).
 */
#ifndef MOTEKIT_DSP_AXES_H
#define MOTEKIT_DSP_AXES_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_AXES_MAX 8

/* Euclidean norm of each frame: float32[n]. */
void mk_magnitude_process(const float *frames, uint32_t n, uint8_t axes, float *out);

/* Pearson correlation of two signals, at `stride` floats a sample, in *r, -1 to 1; 0 and FLAT if one is constant. */
mk_quality mk_correlation_process(const float *a, const float *b, uint32_t n, uint32_t stride, float *r);

typedef struct {
    float share;
    float gravity[MK_AXES_MAX];
    uint8_t axes, started;
} mk_gravity;

mk_status mk_gravity_init(mk_gravity *gravity, uint8_t axes, float share);
/* frames and out float32[n][axes]; out may be frames. The estimate stays in gravity->gravity. */
void mk_gravity_process(mk_gravity *gravity, const float *frames, float *out, uint32_t n);

#endif
