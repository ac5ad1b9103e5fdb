#include "motekit/dsp_channel.h"

mk_status mk_channel_init(mk_channel *channel, const mk_channel_config *config)
{
    if (!channel || !config || !(config->scale > 0.0f && config->scale < 1e6f) || config->low >= config->high ||
        config->stuck < 2)
        return MK_ERR_ARG;
    channel->config = *config;
    mk_channel_reset(channel);
    return MK_OK;
}

static void forget(mk_channel *channel)
{
    channel->count = channel->missing = channel->at_ends = 0;
    channel->flat = channel->gap = 0;
}

void mk_channel_reset(mk_channel *channel)
{
    channel->last = 0;
    channel->run = channel->lost = 0;
    forget(channel);
}

static void take(mk_channel *channel, int16_t value)
{
    const mk_channel_config *const config = &channel->config;
    channel->count++;
    if (value == MK_CHANNEL_MISSING) {
        channel->missing++;
        /* a missing sample neither ends a run of equal ones nor lengthens it */
        if (++channel->lost >= config->stuck)
            channel->gap = 1;
        return;
    }
    const int ends = value <= config->low || value >= config->high;
    channel->lost = 0;
    channel->at_ends += (uint32_t)ends;
    channel->run = value == channel->last && channel->run ? channel->run + 1u : 1u;
    if (channel->run >= config->stuck && !ends)
        channel->flat = 1;
    channel->last = value;
}

void mk_channel_process(mk_channel *channel, const int16_t *frames, uint32_t stride, uint32_t n, float *out)
{
    for (uint32_t i = 0; i < n; i++) {
        take(channel, frames[i * stride]);
        out[i] = (float)channel->last * channel->config.scale;
    }
}

mk_quality mk_channel_quality(mk_channel *channel)
{
    mk_quality quality = 0;
    if (channel->missing == channel->count)
        quality |= MK_QUALITY_EMPTY;
    if (channel->gap || 10u * channel->missing > channel->count)
        quality |= MK_QUALITY_GAP;
    if (20u * channel->at_ends > channel->count)
        quality |= MK_QUALITY_SATURATED;
    if (channel->flat)
        quality |= MK_QUALITY_FLAT;
    forget(channel);
    return quality;
}
