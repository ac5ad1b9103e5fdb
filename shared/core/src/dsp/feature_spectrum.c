#include <string.h>

#include "motekit/dsp_features.h"

#include "motekit/dsp_cepstrum.h"
#include "motekit/dsp_math.h"

static uint32_t bins_of(const mk_feature_spectrum_config *config)
{
    return config->spectrum.fft.length / 2u + 1u;
}

/* The spectrum of x into the scratch behind what the transform needs; 0 if the configuration is not valid. */
static float *spectrum_of(const mk_feature_spectrum_config *config, const float *x, float *scratch, mk_quality *quality)
{
    float *const power = scratch + MK_SPECTRUM_SCRATCH(config->spectrum.fft.length);
    mk_spectrum spectrum;
    if (mk_spectrum_init(&spectrum, &config->spectrum, scratch) != MK_OK)
        return 0;
    *quality = mk_spectrum_process(&spectrum, x, power);
    return power;
}

/* All bins or the bands of a spectrum, as they are or their logarithm. */
static uint32_t give(const mk_feature_spectrum_config *config, const float *power, float *out, uint32_t quality)
{
    const uint32_t values = config->bands.bands ? config->bands.bands : bins_of(config);
    if (config->bands.bands)
        quality |= mk_bands_process(&config->bands, power, bins_of(config), out);
    else
        memcpy(out, power, values * sizeof *out);
    if (config->log)
        mk_spectrum_log(out, out, values);
    return quality;
}

static mk_quality invalid(const mk_feature *feature, float *out)
{
    memset(out, 0, feature->width * sizeof *out);
    return MK_QUALITY_EMPTY;
}

mk_quality mk_feature_spectrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    mk_quality quality;
    const float *const power = spectrum_of(feature->config, window->x, scratch, &quality);
    return power ? (mk_quality)give(feature->config, power, out, quality) : invalid(feature, out);
}

mk_quality mk_feature_shape(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_spectrum_config *const config = feature->config;
    mk_quality quality;
    mk_shape shape;
    const float *const power = spectrum_of(config, window->x, scratch, &quality);
    if (!power)
        return invalid(feature, out);
    quality |= mk_shape_process(power, bins_of(config), config->bin_hz, config->share, &shape);
    memcpy(out, &shape, sizeof shape);
    return quality;
}

mk_quality mk_feature_cepstrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_cepstrum_config *const config = feature->config;
    mk_quality quality;
    float *const power = spectrum_of(&config->power, window->x, scratch, &quality);
    if (!power)
        return invalid(feature, out);
    float *const cepstrum = power + bins_of(&config->power);
    mk_cepstrum_process(&config->power.spectrum.fft, power, cepstrum, scratch);
    memcpy(out, cepstrum + config->first, feature->width * sizeof *out);
    return quality;
}

mk_quality mk_feature_peaks(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_spectrum_config *const config = feature->config;
    mk_quality quality;
    const float *const power = spectrum_of(config, window->x, scratch, &quality);
    if (!power)
        return invalid(feature, out);
    (void)mk_shape_peaks(power, bins_of(config), feature->width / 2u, out);
    for (uint32_t i = 0; i < feature->width; i += 2u)
        out[i] *= config->bin_hz;
    return quality;
}

mk_quality mk_feature_welch(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_welch_config *const config = feature->config;
    const mk_feature_spectrum_config *const of = &config->power;
    const uint32_t bins = bins_of(of), length = of->spectrum.frame_length;
    const uint32_t values = of->bands.bands ? of->bands.bands : bins;
    float *const mean = scratch + MK_SPECTRUM_SCRATCH(of->spectrum.fft.length) + bins;
    uint32_t quality = 0, rows = 0;
    memset(mean, 0, bins * sizeof *mean);
    for (uint32_t at = 0; at + length <= window->length; at += config->hop, rows++) {
        mk_quality row;
        const float *const power = spectrum_of(of, window->x + at, scratch, &row);
        if (!power)
            return invalid(feature, out);
        quality |= row;
        if (config->rows)
            quality = give(of, power, out + rows * values, quality);
        else
            for (uint32_t k = 0; k < bins; k++)
                mean[k] += power[k];
    }
    if (config->rows)
        return (mk_quality)quality;
    for (uint32_t k = 0; k < bins; k++)
        mean[k] = mk_div(mean[k], (float)rows);
    return (mk_quality)give(of, mean, out, quality);
}
