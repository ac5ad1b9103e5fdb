#include "motekit/dsp_camera.h"

#include <string.h>

#define DARK 16u
#define BRIGHT 239u
#define FULL 250u
#define LEAST_RANGE 8u
#define USUAL_PERIOD 66u /* until two frames have come */

mk_status mk_camera_init(mk_camera *camera, const mk_image *frame, const mk_image *patch)
{
    if (!camera || mk_image_check(frame) != MK_OK || mk_image_check(patch) != MK_OK || frame->width % 2u ||
        frame->width < 32 || frame->width > 1024 || frame->height < 2 || frame->height > 1024 ||
        patch->width != patch->height || patch->width % 2u || patch->width > frame->width)
        return MK_ERR_ARG;
    camera->frame = *frame;
    camera->patch = *patch;
    mk_camera_reset(camera);
    return MK_OK;
}

void mk_camera_reset(mk_camera *camera)
{
    camera->time = camera->hash = 0;
    camera->stamp = camera->line = camera->patch_line = camera->missing = 0;
    camera->started = camera->hashed = 0;
    camera->period = USUAL_PERIOD;
}

static void unpack(const int16_t *values, uint8_t *pixels, uint16_t width)
{
    for (uint16_t x = 0; x < width; x = (uint16_t)(x + 2)) {
        const uint16_t both = (uint16_t)*values++;
        pixels[x] = (uint8_t)both;
        pixels[x + 1] = (uint8_t)(both >> 8);
    }
}

static mk_camera_news take_patch(mk_camera *camera, uint16_t line, const int16_t *values)
{
    if (line != camera->patch_line || line >= camera->patch.height) {
        camera->patch_line = 0;
        if (line != 0)
            return MK_CAMERA_IS_TORN;
    }
    unpack(values, camera->patch.pixels + (uint32_t)line * camera->patch.stride, camera->patch.width);
    camera->patch_line = (uint16_t)(line + 1u);
    if (camera->patch_line < camera->patch.height)
        return MK_CAMERA_NOTHING;
    camera->patch_line = 0;
    return MK_CAMERA_IS_PATCH;
}

static mk_camera_news take_first(mk_camera *camera, uint16_t stamp, const int16_t *values)
{
    const int torn = camera->line != 0;
    if (camera->started) {
        const uint32_t passed = ((uint32_t)stamp + MK_CAMERA_CLOCK - camera->stamp) % MK_CAMERA_CLOCK;
        camera->time += passed;
        if (passed >= 10 && passed <= 250)
            camera->period = (uint16_t)passed;
    }
    camera->started = 1;
    camera->stamp = stamp;
    unpack(values, camera->frame.pixels, camera->frame.width);
    camera->line = 1;
    return torn ? MK_CAMERA_IS_TORN : MK_CAMERA_NOTHING;
}

mk_camera_news mk_camera_push(mk_camera *camera, const int16_t *line)
{
    const int16_t head = *line++;
    if (head == INT16_MIN) {
        camera->line = camera->patch_line = 0;
        if (++camera->missing < camera->frame.height)
            return MK_CAMERA_NOTHING;
        camera->missing = 0;
        camera->started = 0;
        camera->time += camera->period;
        return MK_CAMERA_IS_UNPLUGGED;
    }
    camera->missing = 0;
    if (head < 0)
        return take_first(camera, (uint16_t)(-1 - head), line);
    if (head >= MK_CAMERA_PATCH)
        return take_patch(camera, (uint16_t)(head - MK_CAMERA_PATCH), line);
    if (camera->line == 0)
        return MK_CAMERA_NOTHING; /* the rest of a torn frame, which has been told */
    if (head != camera->line || head >= camera->frame.height) {
        camera->line = 0;
        return MK_CAMERA_IS_TORN;
    }
    unpack(line, camera->frame.pixels + (uint32_t)camera->line * camera->frame.stride, camera->frame.width);
    if (++camera->line < camera->frame.height)
        return MK_CAMERA_NOTHING;
    camera->line = 0;
    return MK_CAMERA_IS_FRAME;
}

mk_health mk_camera_health(mk_camera *camera, uint32_t *counts)
{
    const mk_image *const frame = &camera->frame;
    const uint32_t pixels = (uint32_t)frame->width * ((frame->height + 1u) / 2u), tail = pixels / 100u;
    uint32_t hash = 2166136261u, dark = 0, bright = 0, full = 0, low = 0, high = 255, sum = 0;
    for (uint32_t v = 0; v < 256; v++)
        counts[v] = 0;
    for (uint32_t y = 0; y < frame->height; y++) {
        const uint8_t *const row = frame->pixels + y * frame->stride;
        uint32_t x = 0;
        for (; x + 4u <= frame->width; x += 4) {
            uint32_t word;
            memcpy(&word, row + x, 4);
            hash = (hash ^ word) * 16777619u; /* FNV-1a, by words */
        }
        for (; x < frame->width; x++)
            hash = (hash ^ row[x]) * 16777619u;
        hash ^= hash >> 15; /* a product tells the lower bits nothing of the upper ones */
        if (y % 2u == 0)
            for (x = 0; x < frame->width; x++)
                counts[row[x]]++;
    }
    const int same = camera->hashed && hash == camera->hash;
    camera->hash = hash;
    camera->hashed = 1;
    for (uint32_t v = 0; v < 256; v++) {
        dark += v <= DARK ? counts[v] : 0;
        bright += v >= BRIGHT ? counts[v] : 0;
        full += v >= FULL ? counts[v] : 0;
    }
    if (pixels - dark <= tail)
        return MK_HEALTH_BLACK;
    if (pixels - bright <= tail)
        return MK_HEALTH_WHITE;
    if (full > pixels / 3u)
        return MK_HEALTH_SATURATED;
    for (sum = 0; (sum += counts[low]) <= tail;)
        low++;
    for (sum = 0; (sum += counts[high]) <= tail;)
        high--;
    if (high < low + LEAST_RANGE)
        return MK_HEALTH_FLAT;
    return same ? MK_HEALTH_FROZEN : MK_HEALTH_OK;
}
