/* Grey pictures as the lines that a camera's app takes (dsp_camera.h), for drivers of cameras. */
#ifndef MOTEKIT_SENSOR_CAMERA_LINES_H
#define MOTEKIT_SENSOR_CAMERA_LINES_H

#include "tools.h"

extern "C" {
#include <motekit/dsp_camera.h>
}

enum { CAMERA_VALUES = MK_APP_CHANNELS, CAMERA_WIDTH = 2 * (MK_APP_CHANNELS - 1), CAMERA_LINES = MK_APP_HEIGHT };

/* One picture on its way. pixel gives the grey level at x, y of the driver's own buffer. */
struct mk_camera_lines {
    const uint8_t *picture; /* NULL: none waits */
    uint32_t taken_ms;
    uint16_t line;
};

static inline void mk_camera_line(const mk_camera_lines *lines, int16_t *frame, uint8_t (*grey)(const uint8_t *, uint32_t))
{
    frame[0] = lines->line ? (int16_t)lines->line : (int16_t)(-1 - (int16_t)(lines->taken_ms % MK_CAMERA_CLOCK));
    const uint32_t first = (uint32_t)lines->line * CAMERA_WIDTH;
    for (uint32_t i = 0; i < CAMERA_WIDTH / 2; i++)
        frame[1 + i] = (int16_t)(grey(lines->picture, first + 2 * i) | grey(lines->picture, first + 2 * i + 1) << 8);
}

/* A line that is not there: the app is to know that the camera does not answer. */
static inline void mk_camera_no_line(int16_t *frame)
{
    for (uint32_t i = 0; i < CAMERA_VALUES; i++)
        frame[i] = (int16_t)MK_MISSING;
}

#endif
