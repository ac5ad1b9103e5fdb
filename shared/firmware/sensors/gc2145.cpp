/* GC2145 of Nicla Vision, by the mbed core's Camera library: 16-bit colour by DMA, of which the green is taken. */
#ifdef MK_SENSOR_GC2145

#include <camera.h>
#include <gc2145.h>

#include "camera_lines.h"

static GC2145 part;
static Camera camera(part);
static FrameBuffer buffer;
static mk_camera_lines lines;
static mk_rate rate;

/* big-endian RGB565: six bits of green in the middle */
static uint8_t grey(const uint8_t *picture, uint32_t pixel)
{
    const uint32_t green = (uint32_t)(picture[2 * pixel] & 7) << 3 | picture[2 * pixel + 1] >> 5;
    return (uint8_t)(green << 2 | green >> 4);
}

static mk_status sensor_init(void)
{
    if (CAMERA_WIDTH != 160 || CAMERA_LINES != 120) {
        mk_out_log("gc2145: 160 x 120 pixels; the app wants another picture");
        return MK_ERR_ARG;
    }
    mk_rate_start(&rate);
    return camera.begin(CAMERA_R160x120, CAMERA_RGB565, 15) ? MK_OK : MK_ERR_IO;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    uint32_t n = 0;
    while (n < max_frames) {
        if (!lines.picture) {
            if (camera.grabFrame(buffer, 200) != 0) {
                for (uint32_t i = 0; i < (uint32_t)CAMERA_LINES && n < max_frames; i++)
                    mk_camera_no_line(frames + n++ * CAMERA_VALUES);
                break;
            }
            lines = {buffer.getBuffer(), (uint32_t)millis(), 0};
            mk_rate_count(&rate, 1, "gc2145");
        }
        mk_camera_line(&lines, frames + n++ * CAMERA_VALUES, grey);
        if (++lines.line == CAMERA_LINES)
            lines.picture = NULL;
    }
    return n;
}

static mk_status self_test(void)
{
    return camera.getID() > 0 ? MK_OK : MK_ERR_IO;
}

extern const mk_sensor mk_gc2145;
const mk_sensor mk_gc2145 = {"gc2145", MK_APP_CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE,
                             (float)MK_APP_RATE_HZ, sensor_init, fetch, self_test, NULL};

#endif
