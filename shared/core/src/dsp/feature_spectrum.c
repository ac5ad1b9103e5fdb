#include <string.h>

#include "motekit/dsp_features.h"

/* The spectrum into the scratch behind what the transform needs; 0 if the configuration is not valid. */
static float *spectrum_of(const mk_feature_spectrum_config *config, const mk_window *window, float *scratch,
                          mk_quality *quality)
{
    float *const power = scratch + MK_SPECTRUM_SCRATCH(config->spectrum.fft.length);
    mk_spectrum spectrum;
    if (mk_spectrum_init(&spectrum, &config->spectrum, scratch) != MK_OK)
        return 0;
    *quality = mk_spectrum_process(&spectrum, window->x, power);
    return power;
}

mk_quality mk_feature_spectrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_spectrum_config *const config = feature->config;
    const uint32_t bins = config->spectrum.fft.length / 2u + 1u;
    mk_quality quality;
    const float *const power = spectrum_of(config, window, scratch, &quality);
    if (!power) {
        memset(out, 0, feature->width * sizeof *out);
        return MK_QUALITY_EMPTY;
    }
    if (config->bands.bands)
        quality = (mk_quality)(quality | mk_bands_process(&config->bands, power, bins, out));
    else
        memcpy(out, power, bins * sizeof *out);
    if (config->log)
        mk_spectrum_log(out, out, feature->width);
    return quality;
}

mk_quality mk_feature_shape(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_spectrum_config *const config = feature->config;
    mk_quality quality;
    mk_shape shape = {0};
    const float *const power = spectrum_of(config, window, scratch, &quality);
    if (power)
        quality = (mk_quality)(quality | mk_shape_process(power, config->spectrum.fft.length / 2u + 1u, config->bin_hz,
                                                          config->share, &shape));
    else
        quality = MK_QUALITY_EMPTY;
    memcpy(out, &shape, sizeof shape);
    return quality;
}
