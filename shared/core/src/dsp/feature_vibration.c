/* Features that tell a bearing's fault from other vibration. */
#include <string.h>

#include "motekit/dsp_envelope.h"
#include "motekit/dsp_features.h"
#include "motekit/dsp_sos.h"

mk_quality mk_feature_envelope_spectrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_envelope_config *const config = feature->config;
    const uint32_t length = window->length;
    float *const band = scratch, *const envelope = band + length, *const filter = envelope + length;
    float *const hilbert = filter + MK_SOS_STATE(config->sections), *const decimator = hilbert + config->hilbert.taps;
    mk_sos sos;
    mk_envelope transformer;
    mk_resample slower;
    if (mk_sos_init(&sos, config->coeffs, config->sections, filter) != MK_OK ||
        mk_envelope_init(&transformer, &config->hilbert, hilbert) != MK_OK ||
        mk_resample_init(&slower, &config->decimator, decimator) != MK_OK) {
        memset(out, 0, feature->width * sizeof *out);
        return MK_QUALITY_EMPTY;
    }
    /* an offset would ring: the window counts from its first sample */
    for (uint32_t i = 0; i < length; i++)
        band[i] = window->x[i] - window->x[0];
    mk_sos_process(&sos, band, band, length);
    mk_envelope_process(&transformer, band, envelope, length);
    const mk_window slow = {band, window->frames, window->state, config->power.spectrum.frame_length, window->channels};
    const mk_feature spectrum = {mk_feature_spectrum, &config->power, feature->width, 0, feature->channel};
    (void)mk_resample_process(&slower, envelope + config->skip, length - config->skip, band);
    return mk_feature_spectrum(&spectrum, &slow, out, decimator + config->decimator.taps);
}

/* The highest of rows of bands, of which each has twice as many as the one before, half as wide. */
static void best_band(float *out, const float *kurtosis, uint32_t bands, float width, uint32_t rows)
{
    for (; rows; rows--, bands *= 2u, width *= 0.5f)
        for (uint32_t band = 0; band < bands; band++, kurtosis++)
            if (*kurtosis > out[0] || !(out[2] > 0.0f)) {
                out[0] = *kurtosis;
                out[1] = ((float)band + 0.5f) * width;
                out[2] = width;
            }
}

mk_quality mk_feature_kurtogram(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_kurtogram_config *const config = feature->config;
    const uint32_t levels = config->tree.levels;
    float *const tree = scratch;
    memset(out, 0, feature->width * sizeof *out);
    if (mk_kurtogram_check(&config->tree, window->length) != MK_OK)
        return MK_QUALITY_EMPTY;
    const uint32_t third = config->tree.thirds ? MK_KURTOGRAM_THIRDS(levels) : 0u;
    const mk_quality quality =
        mk_kurtogram_process(&config->tree, window->x, window->length, tree, tree + MK_KURTOGRAM_SIZE(levels) + third);
    best_band(out, tree + 1, 2, config->rate / 4.0f, levels);
    if (third)
        best_band(out, tree + MK_KURTOGRAM_SIZE(levels), 3, config->rate / 6.0f, levels);
    return quality;
}
