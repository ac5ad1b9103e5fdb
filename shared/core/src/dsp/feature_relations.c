#include "motekit/dsp_autocorr.h"
#include "motekit/dsp_axes.h"
#include "motekit/dsp_features.h"

mk_quality mk_feature_period(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_period_config *const config = feature->config;
    float *const r = scratch + window->length;
    const mk_quality quality = mk_autocorr_process(window->x, window->length, r, config->lags, scratch);
    const mk_autocorr_peak peak = mk_autocorr_first_peak(r, config->lags, config->least);
    out[0] = peak.lag;
    out[1] = peak.height;
    return quality;
}

mk_quality mk_feature_autocorrelation(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_autocorrelation_config *const config = feature->config;
    float *const r = scratch + window->length;
    const mk_quality quality = mk_autocorr_process(window->x, window->length, r, config->lags, scratch);
    for (uint32_t i = 0; i < feature->width; i++)
        out[i] = r[config->at[i]];
    return quality;
}

mk_quality mk_feature_correlation(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const uint8_t *const others = feature->config;
    const float *const frames = window->frames;
    uint32_t quality = 0;
    (void)scratch;
    for (uint32_t i = 0; i < feature->width; i++) {
        out[i] = 0.0f;
        if (feature->channel < window->channels && others[i] < window->channels)
            quality |= mk_correlation_process(frames + feature->channel, frames + others[i], window->length,
                                              window->channels, &out[i]);
        else
            quality |= MK_QUALITY_EMPTY;
    }
    return (mk_quality)quality;
}

mk_quality mk_feature_wavelet(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    mk_wavelet_energies(feature->config, window->x, window->length, out, scratch);
    return mk_quality_check(out, feature->width, -1.0f, 3.0e38f) & MK_QUALITY_NONFINITE;
}
