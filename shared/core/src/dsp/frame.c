#include "motekit/dsp_frame.h"

#include <string.h>

#include "motekit/dsp_math.h"

mk_status mk_frame_init(mk_frame *frame, const mk_frame_config *config, float *memory)
{
    if (!frame || !config || !memory || config->length == 0 || config->hop == 0 || config->hop > config->length ||
        config->channels == 0 || !(config->low < config->high))
        return MK_ERR_ARG;
    frame->config = config;
    frame->memory = memory;
    mk_frame_reset(frame);
    return MK_OK;
}

void mk_frame_reset(mk_frame *frame)
{
    frame->lost = 0;
    frame->filled = 0;
    frame->keep = 0;
}

void mk_frame_gap(mk_frame *frame, uint32_t lost)
{
    frame->lost += lost;
}

static mk_quality judge(const mk_frame *frame)
{
    const mk_frame_config *const config = frame->config;
    const uint32_t channels = config->channels;
    uint32_t quality = 0;
    for (uint32_t c = 0; c < channels; c++) {
        const float *x = frame->memory + c, *const end = x + (uint32_t)config->length * channels;
        const float first = *x;
        int varies = 0;
        for (; x < end; x += channels) {
            if (*x != *x)
                quality |= MK_QUALITY_GAP | MK_QUALITY_NONFINITE;
            else if (!mk_is_finite(*x))
                quality |= MK_QUALITY_NONFINITE;
            if (*x <= config->low || *x >= config->high)
                quality |= MK_QUALITY_SATURATED;
            if (*x != first)
                varies = 1;
        }
        if (!varies)
            quality |= MK_QUALITY_FLAT;
    }
    return (mk_quality)quality;
}

int mk_frame_next(mk_frame *frame, const float **samples, uint32_t *count, mk_quality *quality)
{
    const mk_frame_config *const config = frame->config;
    const uint32_t channels = config->channels, length = config->length;
    if (frame->keep) {
        const uint32_t kept = length - config->hop;
        memmove(frame->memory, frame->memory + (uint32_t)config->hop * channels, kept * channels * sizeof(float));
        frame->filled = (uint16_t)kept;
        frame->keep = 0;
    }
    for (; frame->lost && frame->filled < length; frame->lost--, frame->filled++)
        for (uint32_t c = 0; c < channels; c++)
            frame->memory[frame->filled * channels + c] = mk_float_from(0x7FC00000u);
    const uint32_t missing = length - frame->filled, take = *count < missing ? *count : missing;
    memcpy(frame->memory + frame->filled * channels, *samples, take * channels * sizeof(float));
    frame->filled = (uint16_t)(frame->filled + take);
    *samples += take * channels;
    *count -= take;
    if (frame->filled < length)
        return 0;
    *quality = judge(frame);
    frame->keep = 1;
    return 1;
}
