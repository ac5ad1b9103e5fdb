#include "motekit/dsp_spectrum.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"

mk_status mk_spectrum_init(mk_spectrum *spectrum, const mk_spectrum_config *config, float *scratch)
{
    mk_rfft fft;
    if (!spectrum || !config || !scratch ||
        mk_rfft_init(&fft, config->fft.length, config->fft.twiddle, config->fft.order) != MK_OK)
        return MK_ERR_ARG;
    if (config->frame_length == 0 || config->frame_length > config->fft.length || config->detrend > MK_SPECTRUM_MEAN ||
        config->one_sided > 1 || !(config->scale > 0.0f) || !mk_is_finite(config->scale))
        return MK_ERR_ARG;
    *spectrum = (mk_spectrum){config, scratch};
    return MK_OK;
}

static void prepare(const mk_spectrum_config *config, const float *in, float *frame)
{
    const float mean = config->detrend == MK_SPECTRUM_MEAN ? mk_mean(in, config->frame_length) : 0.0f;
    const float *const window = config->window;
    uint32_t i = 0;
    if (window)
        for (; i < config->frame_length; i++)
            frame[i] = (in[i] - mean) * window[i];
    else
        for (; i < config->frame_length; i++)
            frame[i] = in[i] - mean;
    for (; i < config->fft.length; i++)
        frame[i] = 0.0f;
}

mk_quality mk_spectrum_process(const mk_spectrum *spectrum, const float *in, float *power)
{
    const mk_spectrum_config *const config = spectrum->config;
    const uint32_t bins = config->fft.length / 2u;
    float *const frame = spectrum->scratch, *const x = frame + config->fft.length;
    prepare(config, in, frame);
    mk_rfft_process(&config->fft, frame, x);
    const float scale = config->scale, inner = config->one_sided ? 2.0f * scale : scale;
    float sum = power[0] = x[0] * x[0] * scale;
    power[bins] = x[1] * x[1] * scale;
    for (uint32_t k = 1; k < bins; k++) {
        power[k] = mk_add_product(x[2 * k] * x[2 * k], x[2 * k + 1], x[2 * k + 1]) * inner;
        sum += power[k];
    }
    return (mk_quality)(mk_is_finite(sum + power[bins]) ? 0u : MK_QUALITY_NONFINITE);
}

void mk_spectrum_log(const float *power, float *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = mk_ln(power[i]);
}
