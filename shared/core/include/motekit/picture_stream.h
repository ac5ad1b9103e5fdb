/* A camera's lines to the features of pictures and the int8 input of a network, as an app.toml declares it.
 *
 *   lines -> frames (dsp_camera.h) -> steps: crop, resize, equalise -> features -> int8 tensor (dsp_affine.h)
 *
 *   lines     int16[n][1 + width / 2], see dsp_camera.h
 *   memory    float32[config->memory], the caller's (motekit.dsp.pictures says how much)
 *
 * Each frame is a window, and comes with its quality: SATURATED where it is black, white or burnt out, FLAT where it shows
 * nothing, GAP where lines or frames before it were lost, EMPTY where it is the same as the one before, which no working camera
 * gives, or where the camera is unplugged (then with NONFINITE, and the features of the last frame).
 * Any split of the lines into calls gives the same windows. A block that a firmware does not list is not linked into it.
 */
#ifndef MOTEKIT_PICTURE_STREAM_H
#define MOTEKIT_PICTURE_STREAM_H

#include <stdint.h>

#include "motekit/dsp_affine.h"
#include "motekit/dsp_camera.h"
#include "motekit/dsp_picture.h"
#include "motekit/status.h"

typedef struct mk_picture_step {
    void (*run)(const struct mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts);
    uint16_t x, y, width, height; /* of what comes out; x and y for a crop */
    uint32_t bytes;               /* of memory for what comes out, a multiple of 4; 0: it lies in the picture before */
} mk_picture_step;

/* Step functions; a crop is a step without one. */
void mk_step_area(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts);
void mk_step_bilinear(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts);
void mk_step_equalise(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts);

/* What a block sees: the picture, and the one before (the same for the first). */
typedef struct {
    const mk_image *picture, *before;
    uint32_t *scratch;
} mk_sight;

typedef struct mk_picture_feature {
    void (*run)(const struct mk_picture_feature *feature, const mk_sight *sight, float *out);
    const void *config; /* of the type that the block names below */
    uint16_t width;
} mk_picture_feature;

/* Every pixel, row by row; config const uint8_t *: 1 for (pixel - mean) / deviation, else the grey level. */
void mk_picture_pixels(const mk_picture_feature *feature, const mk_sight *sight, float *out);

/* Means of a grid of boxes, row by row; config const uint16_t *: columns, rows.
 * Scratch: (width + 1) * (height + 1). */
void mk_picture_boxes(const mk_picture_feature *feature, const mk_sight *sight, float *out);

/* Energy, share of changed pixels, centre x and y of the change since the picture before; config const uint8_t *: the
 * threshold. */
void mk_picture_motion(const mk_picture_feature *feature, const mk_sight *sight, float *out);

/* Shares of the pixels in equal ranges of grey; config const uint16_t *: how many. Scratch: as many. */
void mk_picture_histogram(const mk_picture_feature *feature, const mk_sight *sight, float *out);

typedef struct {
    const mk_picture_step *steps;
    const mk_picture_feature *features;
    const mk_affine *affine; /* 0: no tensor is wanted */
    uint32_t memory, scratch; /* floats; words of the blocks' scratch, at least 256 */
    uint16_t width, height;   /* of a frame */
    uint16_t values;          /* features a window */
    uint16_t longest_ms;      /* from a frame to the next, if none is lost */
    uint8_t step_count, feature_count, remembers; /* the picture before, for motion */
} mk_picture_stream_config;

typedef struct {
    const mk_picture_stream_config *config;
    float *features; /* float32[values] of the newest frame */
    uint32_t index;  /* windows so far */
    mk_camera camera;
    uint8_t *work, *kept; /* pictures of the steps; the picture before */
    uint32_t *scratch;
    uint32_t time; /* of the last frame, ms */
    uint8_t torn, started;
} mk_picture_stream;

mk_status mk_picture_stream_init(mk_picture_stream *stream, const mk_picture_stream_config *config, float *memory);
void mk_picture_stream_reset(mk_picture_stream *stream);

/* Lines were lost before the next ones (a torn frame is noticed without). */
void mk_picture_stream_gap(mk_picture_stream *stream, uint32_t lost);

/* As mk_window_stream_next (window_stream.h). */
int mk_picture_stream_next(mk_picture_stream *stream, const int16_t **lines, uint32_t *count, mk_quality *quality);
uint32_t mk_picture_stream_run(mk_picture_stream *stream, const int16_t **lines, uint32_t *count, float *features,
                               mk_quality *quality, uint32_t most);
void mk_picture_stream_tensor(const mk_picture_stream *stream, int8_t *out);

#endif
