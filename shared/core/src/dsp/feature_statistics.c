#include <string.h>

#include "motekit/dsp_change.h"
#include "motekit/dsp_detrend.h"
#include "motekit/dsp_features.h"
#include "motekit/dsp_histogram.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_quantile.h"
#include "motekit/dsp_sampen.h"

mk_quality mk_feature_statistics(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const uint8_t *const values = feature->config;
    const float *const x = window->x;
    const uint32_t n = window->length;
    float moments[MK_VALUE_ZERO_CROSSINGS];
    mk_moments all;
    (void)scratch;
    const mk_quality quality = mk_moments_process(x, n, &all);
    memcpy(moments, &all, sizeof moments);
    for (uint32_t i = 0; i < feature->width; i++)
        switch (values[i]) {
        case MK_VALUE_ZERO_CROSSINGS: out[i] = mk_div((float)mk_crossings(x, n, 0.0f), (float)n); break;
        case MK_VALUE_MEAN_CROSSINGS: out[i] = mk_div((float)mk_crossings(x, n, all.mean), (float)n); break;
        case MK_VALUE_MEAN_ABSOLUTE_DIFFERENCE: out[i] = mk_differences_process(x, n).mean_absolute; break;
        case MK_VALUE_RMS_DIFFERENCE: out[i] = mk_differences_process(x, n).rms; break;
        case MK_VALUE_SLOPE: out[i] = mk_line_fit(x, n).slope; break;
        default: out[i] = values[i] < MK_VALUE_ZERO_CROSSINGS ? moments[values[i]] : 0.0f;
        }
    return quality;
}

mk_quality mk_feature_quantiles(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const float *const shares = feature->config;
    memcpy(scratch, window->x, window->length * sizeof *scratch);
    mk_sort(scratch, window->length);
    for (uint32_t i = 0; i < feature->width; i++)
        out[i] = mk_quantile(scratch, window->length, shares[i]);
    return (mk_quality)(mk_is_finite(scratch[0]) && mk_is_finite(scratch[window->length - 1u]) ? 0u
                                                                                                : MK_QUALITY_NONFINITE);
}

mk_quality mk_feature_samples(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const uint32_t every = *(const uint16_t *)feature->config;
    (void)scratch;
    for (uint32_t i = 0; i < feature->width; i++)
        out[i] = window->x[i * every];
    return mk_quality_check(out, feature->width, -3.4e38f, 3.4e38f) & (MK_QUALITY_NONFINITE | MK_QUALITY_FLAT);
}

mk_quality mk_feature_histogram(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    (void)scratch;
    return mk_histogram_process(feature->config, window->x, window->length, out);
}

mk_quality mk_feature_sampen(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_sampen_config *const config = feature->config;
    float radius = config->radius;
    uint32_t quality = 0;
    (void)scratch;
    if (config->relative) {
        mk_moments moments;
        quality = mk_moments_process(window->x, window->length, &moments);
        radius *= mk_sqrt(moments.variance);
    }
    return (mk_quality)(quality | mk_sampen_process(window->x, window->length, config->m, radius, out));
}
