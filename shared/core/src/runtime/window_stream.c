#include "motekit/window_stream.h"

#include <string.h>

#include "motekit/dsp_math.h"

static uint32_t frame_floats(const mk_frame_config *frame)
{
    return (uint32_t)frame->length * frame->channels;
}

mk_status mk_window_stream_init(mk_window_stream *stream, const mk_window_stream_config *config, float *memory)
{
    if (!stream || !config || !config->conditioning || !config->frame || !memory ||
        mk_features_check(config->features) != MK_OK || (config->affine && mk_affine_check(config->affine) != MK_OK))
        return MK_ERR_ARG;
    const mk_features_config *const features = config->features;
    const uint32_t window = frame_floats(config->frame);
    uint32_t width = 0;
    for (uint32_t i = 0; i < features->count; i++)
        width += features->features[i].width;
    if (features->length != config->frame->length || features->channels != config->frame->channels ||
        config->conditioning->out_channels != config->frame->channels || width != config->width ||
        (config->affine && config->affine->width != width))
        return MK_ERR_FORMAT;
    if (window + features->scratch + features->state + width + config->conditioning->memory > config->memory)
        return MK_ERR_SIZE;
    stream->config = config;
    stream->features = memory + window;
    stream->scratch = stream->features + width;
    const mk_status status = mk_frame_init(&stream->frame, config->frame, memory);
    if (status != MK_OK)
        return status;
    for (uint32_t i = 0; i < width; i++)
        stream->features[i] = 0.0f;
    stream->index = stream->ready_count = stream->lost = stream->seen = 0;
    stream->ready = memory;
    stream->ready_flags = 0;
    stream->flags = 0;
    mk_features_reset(features, stream->scratch);
    return mk_conditioning_init(&stream->conditioning, config->conditioning,
                                stream->scratch + features->scratch + features->state);
}

void mk_window_stream_reset(mk_window_stream *stream)
{
    mk_conditioning_reset(&stream->conditioning);
    mk_frame_reset(&stream->frame);
    mk_features_reset(stream->config->features, stream->scratch);
    stream->index = stream->ready_count = stream->lost = stream->seen = 0;
    stream->flags = 0;
}

void mk_window_stream_gap(mk_window_stream *stream, uint32_t lost)
{
    stream->lost += lost;
}

/* Notes the flags of the frames that went into the window. */
static void note(mk_window_stream *stream, const mk_quality *flags, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++, stream->seen++)
        if (flags[i]) {
            for (uint32_t bit = 0; bit < 8u; bit++)
                if (flags[i] >> bit & 1u)
                    stream->last[bit] = stream->seen;
            stream->flags |= flags[i];
        }
}

/* Flags of the newest window; those of frames that have left it are dropped. */
static mk_quality window_flags(mk_window_stream *stream)
{
    uint32_t flags = stream->flags;
    for (uint32_t bit = 0; bit < 8u; bit++)
        if ((flags >> bit & 1u) && stream->seen - stream->last[bit] > stream->config->frame->length)
            flags &= ~(1u << bit);
    return stream->flags = (mk_quality)flags;
}

static int window_complete(mk_window_stream *stream, mk_quality *quality)
{
    const uint32_t before = stream->ready_count;
    if (before == 0)
        return 0;
    const int complete = mk_frame_next(&stream->frame, &stream->ready, &stream->ready_count, quality);
    const uint32_t taken = before - stream->ready_count;
    note(stream, stream->ready_flags, taken);
    stream->ready_flags += taken;
    return complete;
}

int mk_window_stream_next(mk_window_stream *stream, const int16_t **frames, uint32_t *count, mk_quality *quality)
{
    const mk_window_stream_config *const config = stream->config;
    while (!window_complete(stream, quality)) {
        uint32_t *const left = stream->lost ? &stream->lost : count;
        const uint32_t take = *left < config->conditioning->block ? *left : config->conditioning->block;
        if (take == 0)
            return 0;
        stream->ready_count = mk_conditioning_process(&stream->conditioning, stream->lost ? 0 : *frames, take,
                                                      &stream->ready, &stream->ready_flags);
        *frames += stream->lost ? 0u : take * config->conditioning->channels;
        *left -= take;
    }
    *quality |= window_flags(stream);
    *quality |= mk_features_process(config->features, stream->frame.memory, stream->features, stream->scratch);
    /* cores differ in the sign of a NaN that they make */
    for (uint32_t i = 0; i < config->width; i++)
        if (stream->features[i] != stream->features[i])
            stream->features[i] = mk_float_from(0x7FC00000u);
    stream->index++;
    return 1;
}

uint32_t mk_window_stream_run(mk_window_stream *stream, const int16_t **frames, uint32_t *count, float *features,
                              mk_quality *quality, uint32_t most)
{
    const uint32_t width = stream->config->width;
    uint32_t windows = 0;
    for (; windows < most && mk_window_stream_next(stream, frames, count, &quality[windows]); windows++)
        memcpy(features + windows * width, stream->features, width * sizeof *features);
    return windows;
}

void mk_window_stream_tensor(const mk_window_stream *stream, int8_t *out)
{
    mk_affine_process(stream->config->affine, stream->features, out);
}
