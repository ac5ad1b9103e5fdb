#include "motekit/dsp_features.h"

#include "motekit/dsp_axes.h"
#include "motekit/dsp_detrend.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_normalise.h"

mk_status mk_features_check(const mk_features_config *config)
{
    if (!config || !config->features || config->count == 0 || config->length == 0 || config->channels == 0 ||
        config->scratch < config->length || !(config->floor >= 0.0f) || !mk_is_finite(config->floor))
        return MK_ERR_ARG;
    uint32_t state = 0;
    for (uint32_t i = 0; i < config->count; i++) {
        const mk_feature *const f = &config->features[i];
        if (!f->run || !f->config || f->width == 0 || (f->channel >= config->channels && f->channel != MK_FEATURE_MAGNITUDE))
            return MK_ERR_ARG;
        state += f->state;
    }
    return state == config->state ? MK_OK : MK_ERR_SIZE;
}

void mk_features_reset(const mk_features_config *config, float *scratch)
{
    for (uint32_t i = 0; i < config->state; i++)
        scratch[config->scratch + i] = 0.0f;
}

static uint32_t take_channel(const mk_features_config *config, const float *frames, uint32_t channel, float *x)
{
    if (channel == MK_FEATURE_MAGNITUDE)
        mk_magnitude_process(frames, config->length, config->channels, x);
    else
        for (uint32_t i = 0; i < config->length; i++)
            x[i] = frames[i * config->channels + channel];
    if (config->detrend)
        mk_detrend_process(x, x, config->length);
    return config->floor > 0.0f ? mk_normalise_window(x, x, config->length, config->floor) : 0u;
}

mk_quality mk_features_process(const mk_features_config *config, const float *frames, float *out, float *scratch)
{
    mk_window window = {scratch, frames, scratch + config->scratch, config->length, config->channels};
    uint32_t quality = 0, taken = 256; /* no channel yet */
    for (const mk_feature *f = config->features; f < config->features + config->count; f++) {
        if (f->channel != taken)
            quality |= take_channel(config, frames, f->channel, scratch);
        taken = f->channel;
        quality |= f->run(f, &window, out, scratch + config->length);
        out += f->width;
        window.state += f->state;
    }
    return (mk_quality)quality;
}
