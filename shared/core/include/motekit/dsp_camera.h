/* A camera's lines put together to frames, and what can be wrong with a frame.
 *
 *   line   int16[1 + width / 2]: a head, then two 8-bit grey pixels a value, the left one in the low byte
 *   head   -1 - t   first line of a frame that was taken at t milliseconds, modulo MK_CAMERA_CLOCK
 *          1 .. height - 1   further lines, in this order
 *          MK_CAMERA_PATCH + k   line k of a patch of side x side pixels beside all frames (its pixels are the
 *          first side / 2 values): a picture that already is what the network sees, for tests
 *          -32768   there is no line: the camera is unplugged, or does not answer
 *   news   FRAME, PATCH: complete, in `frame` or `patch`. TORN: a line is missing, twice, or out of its order; what
 *          was there of the frame is dropped. UNPLUGGED: as many lines are missing in a row as a frame has
 *   time   milliseconds since reset, of the last frame begun; the clock must not stand for MK_CAMERA_CLOCK ms. While
 *          the camera is unplugged it goes on by a frame's period each UNPLUGGED
 *
 *   health of a whole frame: BLACK, WHITE: hardly a pixel above dark, or below bright; SATURATED: more than a third
 *          of the pixels at full scale; FLAT: less than 8 grey levels between the 1st and 99th percentile; FROZEN:
 *          every pixel as in the frame before, which no working image sensor repeats; OK otherwise. Levels are those of
 *          every second line. About 4 instructions a pixel.
 *
 * Memory: the caller's frame and patch; counts uint32[256] is scratch of the health check.
 */
#ifndef MOTEKIT_DSP_CAMERA_H
#define MOTEKIT_DSP_CAMERA_H

#include <stdint.h>

#include "motekit/dsp_image.h"
#include "motekit/status.h"

#define MK_CAMERA_CLOCK 32767
#define MK_CAMERA_PATCH 16384

typedef enum {
    MK_CAMERA_NOTHING = 0,
    MK_CAMERA_IS_FRAME = 1,
    MK_CAMERA_IS_PATCH = 2,
    MK_CAMERA_IS_TORN = 3,
    MK_CAMERA_IS_UNPLUGGED = 4
} mk_camera_news;

typedef enum {
    MK_HEALTH_OK = 0,
    MK_HEALTH_BLACK = 1,
    MK_HEALTH_WHITE = 2,
    MK_HEALTH_SATURATED = 3,
    MK_HEALTH_FLAT = 4,
    MK_HEALTH_FROZEN = 5
} mk_health;

typedef struct {
    mk_image frame; /* width even, 32 to 1024; height 2 to 1024 */
    mk_image patch; /* square, side even */
    uint32_t time;
    uint32_t hash;  /* of the last whole frame */
    uint16_t stamp; /* of the last frame begun */
    uint16_t period; /* between the last two, ms */
    uint16_t line, patch_line, missing;
    uint8_t started, hashed;
} mk_camera;

mk_status mk_camera_init(mk_camera *camera, const mk_image *frame, const mk_image *patch);
void mk_camera_reset(mk_camera *camera);
mk_camera_news mk_camera_push(mk_camera *camera, const int16_t *line);
mk_health mk_camera_health(mk_camera *camera, uint32_t *counts);

#endif
