#include <string.h>

#include "motekit/dsp_axes.h"
#include "motekit/dsp_features_heart.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_sampen.h"

typedef struct {
    float *times; /* samples from the window's first */
    uint32_t count, most;
} found_beats;

static void keep(found_beats *found, const mk_peak *peak, float accept)
{
    if (peak->share >= accept && found->count < found->most)
        /* the smoother's delay may put it before the first sample, where the count wraps */
        found->times[found->count++] = (float)(int32_t)peak->sample + peak->fraction;
}

/* Beats of the window; `scratch` begins with the search's ring. */
static found_beats find(const mk_feature_beats *config, const mk_window *window, float *scratch)
{
    const uint32_t apart = config->peaks.apart, ring = MK_PEAKS_RING((uint32_t)config->peaks.taps, apart);
    found_beats found = {scratch + ring, 0, MK_FEATURE_BEATS_MOST(window->length, apart)};
    mk_peaks peaks;
    mk_peak peak;
    if (mk_peaks_init(&peaks, &config->peaks, scratch) != MK_OK)
        return found;
    /* in parts, so that no peak is lost before it is settled */
    for (uint32_t at = 0; at < window->length; at += apart) {
        const uint32_t left = window->length - at;
        mk_peaks_process(&peaks, window->x + at, left < apart ? left : apart);
        while (mk_peaks_settled(&peaks, &peak))
            keep(&found, &peak, config->accept);
    }
    for (uint32_t i = 0; mk_peaks_open(&peaks, i, &peak); i++)
        keep(&found, &peak, config->accept);
    return found;
}

static float variability_entropy(const float *rr, const uint8_t *valid, uint32_t n, float *kept, uint32_t *quality)
{
    mk_moments moments;
    float entropy = 0.0f;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++)
        if (valid[i])
            kept[count++] = rr[i];
    mk_moments_process(kept, count, &moments);
    *quality |= count > 3u ? mk_sampen_process(kept, count, 2, 0.2f * mk_sqrt(moments.variance), &entropy)
                           : MK_QUALITY_EMPTY;
    return entropy;
}

mk_quality mk_feature_heart_beats(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_beats_config *const config = feature->config;
    const found_beats found = find(&config->beats, window, scratch);
    float *const rr = found.times + found.most, *const spare = rr + found.most;
    uint8_t *const valid = (uint8_t *)(spare + found.most);
    const uint32_t n = found.count ? found.count - 1u : 0u;
    float values[MK_BEATS_VALUES] = {(float)found.count, 0.0f};
    mk_hrv hrv;
    uint32_t quality = 0;
    for (uint32_t i = 0; i < n; i++)
        rr[i] = mk_div(found.times[i + 1u] - found.times[i], (float)config->beats.peaks.rate);
    mk_rr_valid(rr, n, valid);
    quality |= mk_hrv_process(rr, valid, n, &hrv);
    memcpy(&values[MK_BEATS_HRV], &hrv.mean_rr, 6u * sizeof *values);
    values[MK_BEATS_RATE] = hrv.mean_rr > 0.0f ? mk_div(60.0f, hrv.mean_rr) : 0.0f;
    for (uint32_t i = 0; i < feature->width; i++) {
        /* both cost more than the rest, so only where they are wanted */
        if (config->values[i] == MK_BEATS_SAMPLE_ENTROPY)
            values[MK_BEATS_SAMPLE_ENTROPY] = variability_entropy(rr, valid, n, spare, &quality);
        if (config->values[i] >= MK_BEATS_RR)
            quality |= mk_rr_process(rr, n < MK_RR_MOST ? n : MK_RR_MOST, spare, &values[MK_BEATS_RR]);
        out[i] = config->values[i] < MK_BEATS_VALUES ? values[config->values[i]] : 0.0f;
    }
    return (mk_quality)quality;
}

static float level_of(const mk_feature_pulse_config *config, const mk_window *window, float *scratch)
{
    if (config->level >= window->channels)
        return 0.0f;
    for (uint32_t i = 0; i < window->length; i++)
        scratch[i] = window->frames[i * window->channels + config->level];
    return mk_mean(scratch, window->length);
}

static void motion_of(const mk_feature_pulse_config *config, const mk_window *window, float *motion)
{
    float axes[MK_AXES_MAX];
    for (uint32_t i = 0; i < window->length; i++) {
        for (uint32_t k = 0; k < config->motions; k++)
            axes[k] = window->frames[i * window->channels + config->motion[k]];
        mk_magnitude_process(axes, 1, config->motions, motion + i);
    }
}

mk_quality mk_feature_pulse_quality(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_pulse_config *const config = feature->config;
    const found_beats found = find(&config->beats, window, scratch);
    float *const motion = found.times + found.most, *const rest = motion + window->length;
    const float level = level_of(config, window, rest);
    if (config->motions)
        motion_of(config, window, motion);
    mk_ppg_quality pulse;
    const mk_quality quality =
        mk_ppg_quality_process(&config->quality, window->x, window->length, level, found.times, found.count, motion,
                               config->motions ? window->length : 0u, &pulse, rest);
    memcpy(out, &pulse, 4u * sizeof *out);
    /* a driver that has removed the level is no fault of the window */
    return (mk_quality)(config->level < window->channels ? quality : quality & ~MK_QUALITY_RANGE);
}
