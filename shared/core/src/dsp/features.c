#include "motekit/dsp_features.h"

#include "motekit/dsp_axes.h"

mk_status mk_features_check(const mk_features_config *config)
{
    if (!config || !config->features || config->count == 0 || config->length == 0 || config->channels == 0 ||
        config->scratch < config->length)
        return MK_ERR_ARG;
    for (uint32_t i = 0; i < config->count; i++) {
        const mk_feature *const f = &config->features[i];
        if (!f->run || !f->config || f->width == 0 || (f->channel >= config->channels && f->channel != MK_FEATURE_MAGNITUDE))
            return MK_ERR_ARG;
    }
    return MK_OK;
}

static void take_channel(const mk_features_config *config, const float *frames, uint32_t channel, float *x)
{
    if (channel == MK_FEATURE_MAGNITUDE) {
        mk_magnitude_process(frames, config->length, config->channels, x);
        return;
    }
    frames += channel;
    for (uint32_t i = 0; i < config->length; i++, frames += config->channels)
        x[i] = *frames;
}

mk_quality mk_features_process(const mk_features_config *config, const float *frames, float *out, float *scratch)
{
    const mk_window window = {scratch, frames, config->length, config->channels};
    uint32_t quality = 0, taken = 256; /* no channel yet */
    for (const mk_feature *f = config->features; f < config->features + config->count; f++) {
        if (f->channel != taken)
            take_channel(config, frames, f->channel, scratch);
        taken = f->channel;
        quality |= f->run(f, &window, out, scratch + config->length);
        out += f->width;
    }
    return (mk_quality)quality;
}
