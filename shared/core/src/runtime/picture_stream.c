#include "motekit/picture_stream.h"

#include <string.h>

/* of the camera's pictures beside frames, which nobody sends here */
#define PATCH_SIDE 2u

static uint32_t words(uint32_t bytes)
{
    return (bytes + 3u) / 4u;
}

/* The picture that the steps end with, and the memory they want. */
static mk_status measure(const mk_picture_stream_config *config, mk_image *last, uint32_t *bytes)
{
    uint32_t width = config->width, height = config->height;
    *bytes = 0;
    for (uint32_t i = 0; i < config->step_count; i++) {
        const mk_picture_step *const step = &config->steps[i];
        const uint32_t size = (uint32_t)step->width * step->height;
        if (step->width == 0 || step->height == 0 || step->bytes % 4u || (step->bytes && step->bytes < size))
            return MK_ERR_ARG;
        if (step->bytes == 0 && ((uint32_t)step->x + step->width > width || (uint32_t)step->y + step->height > height))
            return MK_ERR_ARG;
        width = step->width;
        height = step->height;
        *bytes += step->bytes;
    }
    *last = (mk_image){0, (uint16_t)width, (uint16_t)height, (uint16_t)width};
    return MK_OK;
}

mk_status mk_picture_stream_init(mk_picture_stream *stream, const mk_picture_stream_config *config, float *memory)
{
    if (!stream || !config || !memory || (config->step_count && !config->steps) || !config->features ||
        config->feature_count == 0 || config->scratch < 256u ||
        (config->affine && mk_affine_check(config->affine) != MK_OK))
        return MK_ERR_ARG;
    mk_image last;
    uint32_t bytes, values = 0;
    const mk_status status = measure(config, &last, &bytes);
    if (status != MK_OK)
        return status;
    for (uint32_t i = 0; i < config->feature_count; i++) {
        if (!config->features[i].run || !config->features[i].config || config->features[i].width == 0)
            return MK_ERR_ARG;
        values += config->features[i].width;
    }
    if (values != config->values || (config->affine && config->affine->width != values))
        return MK_ERR_FORMAT;
    const uint32_t frame = words((uint32_t)config->width * config->height);
    const uint32_t kept = config->remembers ? words((uint32_t)last.width * last.height) : 0u;
    if (values + config->scratch + frame + words(PATCH_SIDE * PATCH_SIDE) + words(bytes) + kept > config->memory)
        return MK_ERR_SIZE;
    stream->config = config;
    stream->features = memory;
    stream->scratch = (uint32_t *)(void *)(memory + values);
    uint8_t *const pixels = (uint8_t *)(memory + values + config->scratch), *const patch = pixels + 4u * frame;
    stream->work = patch + 4u * words(PATCH_SIDE * PATCH_SIDE);
    stream->kept = stream->work + 4u * words(bytes);
    const mk_image whole = {pixels, config->width, config->height, config->width};
    const mk_image beside = {patch, PATCH_SIDE, PATCH_SIDE, PATCH_SIDE};
    const mk_status seen = mk_camera_init(&stream->camera, &whole, &beside);
    if (seen == MK_OK)
        mk_picture_stream_reset(stream);
    return seen;
}

void mk_picture_stream_reset(mk_picture_stream *stream)
{
    mk_camera_reset(&stream->camera);
    for (uint32_t i = 0; i < stream->config->values; i++)
        stream->features[i] = 0.0f;
    stream->index = stream->time = 0;
    stream->torn = stream->started = 0;
}

void mk_picture_stream_gap(mk_picture_stream *stream, uint32_t lost)
{
    if (lost)
        stream->torn = 1;
}

/* The frame after all steps. */
static mk_image prepared(mk_picture_stream *stream)
{
    const mk_picture_stream_config *const config = stream->config;
    mk_image picture = stream->camera.frame;
    uint8_t *place = stream->work;
    for (uint32_t i = 0; i < config->step_count; i++) {
        const mk_picture_step *const step = &config->steps[i];
        mk_image out = {place, step->width, step->height, step->width};
        if (step->bytes == 0)
            out = (mk_image){picture.pixels + (uint32_t)step->y * picture.stride + step->x, step->width, step->height,
                             picture.stride};
        if (step->run)
            step->run(step, &picture, &out, stream->scratch);
        place += step->bytes;
        picture = out;
    }
    return picture;
}

static void remember(mk_picture_stream *stream, const mk_image *picture)
{
    for (uint32_t y = 0; y < picture->height; y++)
        memcpy(stream->kept + y * picture->width, picture->pixels + y * picture->stride, picture->width);
}

static mk_quality seen(mk_picture_stream *stream)
{
    static const mk_quality flags[] = {0,
                                       MK_QUALITY_SATURATED,
                                       MK_QUALITY_SATURATED,
                                       MK_QUALITY_SATURATED,
                                       MK_QUALITY_FLAT,
                                       MK_QUALITY_EMPTY};
    const mk_picture_stream_config *const config = stream->config;
    const int lost = stream->torn || (stream->started && stream->camera.time - stream->time > config->longest_ms);
    const mk_quality quality = flags[mk_camera_health(&stream->camera, stream->scratch)] | (lost ? MK_QUALITY_GAP : 0u);
    const mk_image picture = prepared(stream);
    if (config->remembers && !stream->started)
        remember(stream, &picture);
    const mk_image before = {stream->kept, picture.width, picture.height, picture.width};
    const mk_sight sight = {&picture, config->remembers ? &before : &picture, stream->scratch};
    float *out = stream->features;
    for (uint32_t i = 0; i < config->feature_count; i++) {
        config->features[i].run(&config->features[i], &sight, out);
        out += config->features[i].width;
    }
    if (config->remembers)
        remember(stream, &picture);
    stream->started = 1;
    stream->torn = 0;
    stream->time = stream->camera.time;
    return quality;
}

int mk_picture_stream_next(mk_picture_stream *stream, const int16_t **lines, uint32_t *count, mk_quality *quality)
{
    while (*count) {
        const mk_camera_news news = mk_camera_push(&stream->camera, *lines);
        *lines += 1u + stream->config->width / 2u;
        --*count;
        if (news == MK_CAMERA_IS_TORN)
            stream->torn = 1;
        if (news != MK_CAMERA_IS_FRAME && news != MK_CAMERA_IS_UNPLUGGED)
            continue;
        *quality = news == MK_CAMERA_IS_FRAME ? seen(stream) : MK_QUALITY_EMPTY | MK_QUALITY_NONFINITE | MK_QUALITY_GAP;
        stream->index++;
        return 1;
    }
    return 0;
}

uint32_t mk_picture_stream_run(mk_picture_stream *stream, const int16_t **lines, uint32_t *count, float *features,
                               mk_quality *quality, uint32_t most)
{
    const uint32_t values = stream->config->values;
    uint32_t windows = 0;
    for (; windows < most && mk_picture_stream_next(stream, lines, count, &quality[windows]); windows++)
        memcpy(features + windows * values, stream->features, values * sizeof *features);
    return windows;
}

void mk_picture_stream_tensor(const mk_picture_stream *stream, int8_t *out)
{
    mk_affine_process(stream->config->affine, stream->features, out);
}
