#include "motekit/dsp_ppg_quality.h"

#include "motekit/dsp_axes.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_quantile.h"

mk_status mk_ppg_quality_check(const mk_ppg_quality_config *config)
{
    return config && config->enough > 0.0f && mk_is_finite(config->enough) && config->much > 0.0f &&
                   mk_is_finite(config->much)
               ? MK_OK
               : MK_ERR_ARG;
}

/* Length of a beat: the median interval in whole samples, at most n; 0 if there is none. */
static uint32_t beat_length(const float *beats, uint32_t count, uint32_t n, float *intervals)
{
    if (count < 2)
        return 0;
    for (uint32_t i = 1; i < count; i++)
        intervals[i - 1u] = beats[i] - beats[i - 1u];
    mk_sort(intervals, count - 1u);
    const float median = mk_quantile(intervals, count - 1u, 0.5f) + 0.5f;
    return median >= 2.0f && median <= (float)n ? (uint32_t)median : 0u;
}

/* First sample of the beat at `place`, or n if the beat is not whole within the window. */
static uint32_t start_of(float place, uint32_t length, uint32_t n)
{
    const float first = place - 0.5f * (float)length + 0.5f;
    if (!(first >= 0.0f) || !(first < (float)n))
        return n;
    return (uint32_t)first + length <= n ? (uint32_t)first : n;
}

static uint32_t likeness(const float *pulse, uint32_t n, const float *beats, uint32_t count, float *scratch, float *out)
{
    float *const template = scratch + count;
    const uint32_t length = beat_length(beats, count, n, scratch);
    uint32_t whole = 0;
    *out = 0.0f;
    for (uint32_t i = 0; i < length; i++)
        template[i] = 0.0f;
    for (uint32_t b = 0; b < count && length; b++) {
        const uint32_t from = start_of(beats[b], length, n);
        if (from == n)
            continue;
        whole++;
        for (uint32_t i = 0; i < length; i++)
            template[i] += pulse[from + i];
    }
    if (whole < 2)
        return MK_QUALITY_EMPTY;
    uint32_t quality = 0;
    float sum = 0.0f;
    for (uint32_t b = 0; b < count; b++) {
        const uint32_t from = start_of(beats[b], length, n);
        float r;
        if (from == n)
            continue;
        quality |= mk_correlation_process(pulse + from, template, length, 1, &r);
        sum += r;
    }
    *out = mk_div(sum, (float)whole);
    return quality;
}

static float limited(float x)
{
    return x < 0.0f ? 0.0f : x > 1.0f ? 1.0f : x;
}

mk_quality mk_ppg_quality_process(const mk_ppg_quality_config *config, const float *pulse, uint32_t n, float level,
                                  const float *beats, uint32_t count, const float *motion, uint32_t m,
                                  mk_ppg_quality *out, float *scratch)
{
    mk_moments wave, still;
    *out = (mk_ppg_quality){0.0f, 0.0f, 0.0f, 0.0f};
    if (n == 0)
        return MK_QUALITY_EMPTY;
    uint32_t quality = mk_moments_process(pulse, n, &wave) & ~(uint32_t)MK_QUALITY_FLAT;
    if (!(wave.variance > 0.0f))
        quality |= MK_QUALITY_FLAT;
    if (level > 0.0f)
        out->perfusion = mk_div(2.8284271f * mk_sqrt(wave.variance), level);
    else
        quality |= MK_QUALITY_RANGE;
    quality |= likeness(pulse, n, beats, count, scratch, &out->correlation);
    if (m) {
        quality |= mk_moments_process(motion, m, &still) & (MK_QUALITY_NONFINITE | MK_QUALITY_EMPTY);
        out->motion = still.rms;
    }
    const float moved = mk_div(out->motion, config->much);
    const float perfused = level == 0.0f ? 1.0f : limited(mk_div(out->perfusion, config->enough));
    out->index = mk_div(limited(out->correlation) * perfused, 1.0f + moved * moved);
    return (mk_quality)quality;
}
