/* Camera lines to a driver's state: frame, health, eyes, eye crops, network, drowsiness.
 *
 *   line      int16[1 + width / 2], see dsp_camera.h
 *   features  int16[MK_DRIVER_FEATURES] of every whole, torn or missing frame, no pixel among them: what was seen
 *             (mk_seen), detail (mk_trouble), correlation of the face, then of the left and the right eye its place
 *             (x, y, 1/16 pixel), and a hash of both network inputs (FNV-1a, low and high half; 0 if there were
 *             none): tells two implementations apart, and nothing of what a picture shows
 *   scores    int8[4] of every such frame: the network's closed and open of the left and the right eye, zeros if no eyes
 *             were found; int8[2] of a patch
 *   event     see post_drowsiness.h
 *   images    both network inputs int8[2 * MK_EYE_PIXELS], to `sink.images` if there is one: a debug build only
 *
 *   mount     what a calibration has found, for settings that outlive a reset: where the eyes are and the driver's own
 *             template. `calibrate` says where the mount puts the eyes; the template is the mean of the next
 *             MK_DRIVER_CALIBRATION frames in a row in which there are eyes' lines and nothing moves. The driver sits as
 *             he will drive and looks ahead, lids open. `reset`, before every stream, goes back to the mount
 *
 * The eyes of a frame are closed if the mean of both networks' outputs says so. The same code runs in Python and in the
 * firmware. Memory beside what the caller gives: about 7 kB.
 */
#ifndef MOTEKIT_DRIVER_H
#define MOTEKIT_DRIVER_H

#include <stdint.h>

#include "motekit/dsp_camera.h"
#include "motekit/dsp_eye_crop.h"
#include "motekit/dsp_eyes.h"
#include "motekit/nn.h"
#include "motekit/post_drowsiness.h"
#include "motekit/status.h"

#define MK_DRIVER_FEATURES 9
#define MK_DRIVER_CALIBRATION 16

typedef struct {
    mk_eyes_place place;
    int8_t face[MK_EYES_CELLS];
} mk_driver_mount;

typedef struct {
    void *context;
    void (*features)(void *context, const int16_t *values, uint16_t width);
    void (*scores)(void *context, const int8_t *scores, uint16_t count);
    void (*event)(void *context, const mk_drowsiness_event *event);
    void (*alarm)(void *context, uint8_t level);
    void (*images)(void *context, const int8_t *inputs, uint16_t count);
} mk_driver_sink;

typedef struct {
    const mk_eyes_config *eyes;
    const mk_drowsiness_config *drowsiness;
    const int8_t *table; /* int8[256]: equalised grey level to the network's input */
    uint16_t view;       /* side of the crop in 1/256 of the distance of the eyes */
} mk_driver_config;

typedef struct {
    uint8_t *frame; /* eyes->width * eyes->height */
    uint8_t *half;  /* a quarter of it; may be the arena, which is not in use when eyes are looked for */
    void *arena;    /* model->arena_bytes, aligned to 16 bytes */
} mk_driver_memory;

typedef struct {
    const mk_driver_config *config;
    const MK_FLASH mk_nn_model *model;
    mk_driver_memory memory;
    mk_driver_sink sink;
    mk_camera camera;
    mk_eyes eyes;
    mk_drowsiness drowsiness;
    uint32_t counts[256];
    uint8_t patch[MK_EYE_PIXELS];
    int8_t inputs[2 * MK_EYE_PIXELS];
    mk_driver_mount mount;
    int16_t sum[MK_EYES_CELLS]; /* of templates, in a calibration */
    uint8_t alarm;
    uint8_t mounted; /* there is a mount beside the configuration */
    uint8_t wanted;  /* frames that a calibration still needs */
} mk_driver;

/* MK_ERR_FORMAT: the model's input is not int8[MK_EYE_PIXELS], or its output not int8[2]. */
mk_status mk_driver_init(mk_driver *driver, const mk_driver_config *config, const MK_FLASH mk_nn_model *model,
                         const mk_driver_memory *memory, const mk_driver_sink *sink);
mk_status mk_driver_reset(mk_driver *driver);

/* With the eyes at a place; 0: that of the configuration. `wanted` counts down to 0, then `mount` holds what was found.
 * MK_ERR_ARG: no eyes can be there. */
mk_status mk_driver_calibrate(mk_driver *driver, const mk_eyes_place *place);
/* A mount found before; 0: that of the configuration. MK_ERR_ARG: no eyes can be there. */
mk_status mk_driver_remember(mk_driver *driver, const mk_driver_mount *mount);
mk_status mk_driver_push(mk_driver *driver, const int16_t *lines, uint32_t count);

#endif
