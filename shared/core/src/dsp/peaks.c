#include "motekit/dsp_peaks.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"

mk_status mk_peaks_init(mk_peaks *peaks, const mk_peaks_config *config, float *ring)
{
    if (!peaks || !config || !ring || !config->smoother || config->rate == 0 || config->apart == 0 ||
        config->apart > 4096 || config->reach < config->apart || config->taps < 3 || config->taps % 2u == 0)
        return MK_ERR_ARG;
    peaks->config = *config;
    peaks->input = ring;
    peaks->energy = ring + config->taps;
    mk_peaks_reset(peaks);
    return MK_OK;
}

void mk_peaks_reset(mk_peaks *peaks)
{
    for (uint32_t i = 0; i < MK_PEAKS_RING((uint32_t)peaks->config.taps, peaks->config.apart); i++)
        peaks->input[i] = 0.0f;
    peaks->now = 0;
    peaks->count = peaks->settled = peaks->input_at = peaks->energy_at = 0;
}

static float smoothed(const mk_peaks *peaks)
{
    const float *const h = peaks->config.smoother;
    const uint32_t taps = peaks->config.taps, old = taps - peaks->input_at;
    float sum = 0.0f;
    for (uint32_t i = 0; i < old; i++)
        sum = mk_add_product(sum, h[i], peaks->input[peaks->input_at + i]);
    for (uint32_t i = old; i < taps; i++)
        sum = mk_add_product(sum, h[i], peaks->input[i - old]);
    return sum;
}

/* Energy so many samples after the oldest held. */
static float energy(const mk_peaks *peaks, uint32_t i)
{
    const uint32_t length = 2u * peaks->config.apart + 1u, at = peaks->energy_at + i;
    return peaks->energy[at < length ? at : at - length];
}

/* Whether the middle of the held energies is above all before it and not below any after it. */
static int is_peak(const mk_peaks *peaks)
{
    const uint32_t middle = peaks->config.apart;
    const float top = energy(peaks, middle);
    if (!(top > energy(peaks, middle - 1u)) || energy(peaks, middle + 1u) > top)
        return 0;
    for (uint32_t i = 0; i < middle; i++)
        if (energy(peaks, i) >= top || energy(peaks, middle + 1u + i) > top)
            return 0;
    return 1;
}

static void drop_first(mk_peaks *peaks)
{
    for (uint32_t i = 1; i < peaks->count; i++)
        peaks->peaks[i - 1u] = peaks->peaks[i];
    peaks->count--;
    if (peaks->settled)
        peaks->settled--;
}

static void keep(mk_peaks *peaks)
{
    const uint32_t middle = peaks->config.apart;
    const float before = energy(peaks, middle - 1u), top = energy(peaks, middle), after = energy(peaks, middle + 1u);
    const float bend = before - 2.0f * top + after;
    float fraction = bend < 0.0f ? mk_div(0.5f * (before - after), bend) : 0.0f;
    fraction = fraction > 0.5f ? 0.5f : fraction < -0.5f ? -0.5f : fraction;
    if (peaks->count == MK_PEAKS_MOST)
        drop_first(peaks);
    const uint32_t late = middle + peaks->config.taps / 2u + 1u;
    peaks->peaks[peaks->count++] = (mk_peak){peaks->now - late, fraction, mk_sqrt(top), 0.0f};
}

static void take(mk_peaks *peaks, float x)
{
    const mk_peaks_config *const config = &peaks->config;
    const float used = config->upward && x < 0.0f ? 0.0f : x;
    peaks->input[peaks->input_at] = used * used;
    peaks->input_at = (uint16_t)(peaks->input_at + 1u == config->taps ? 0u : peaks->input_at + 1u);
    peaks->energy[peaks->energy_at] = smoothed(peaks);
    peaks->energy_at = (uint16_t)(peaks->energy_at == 2u * config->apart ? 0u : peaks->energy_at + 1u);
    peaks->now++;
    /* the middle energy exists, and is not the filters' start */
    if (peaks->now > (uint32_t)config->apart + config->taps && is_peak(peaks))
        keep(peaks);
}

void mk_peaks_process(mk_peaks *peaks, const float *in, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        take(peaks, mk_is_finite(in[i]) ? in[i] : 0.0f);
}

static void judge(const mk_peaks *peaks, uint32_t index, mk_peak *out)
{
    float near[MK_PEAKS_MOST];
    uint32_t n = 0, first = 0, last = 0;
    *out = peaks->peaks[index];
    for (uint32_t i = 0; i < peaks->count; i++) {
        const uint32_t at = peaks->peaks[i].sample;
        const uint32_t distance = i < index ? out->sample - at : at - out->sample;
        if (distance >= peaks->config.reach)
            continue;
        first = n ? first : at;
        last = at;
        near[n++] = peaks->peaks[i].amplitude;
    }
    const uint32_t seconds = (last - first) / peaks->config.rate;
    const uint32_t beats = seconds < 1u ? 1u : seconds > n ? n : seconds;
    mk_sort(near, n);
    const float level = mk_quantile(near + n - beats, beats, 0.5f);
    out->share = level > 0.0f ? mk_div(out->amplitude, level) : 0.0f;
}

int mk_peaks_settled(mk_peaks *peaks, mk_peak *out)
{
    const uint32_t reach = peaks->config.reach;
    if (peaks->settled == peaks->count)
        return 0;
    const uint32_t at = peaks->peaks[peaks->settled].sample;
    /* younger ones may still come that lie within its reach */
    if (peaks->now - at < reach + peaks->config.apart + peaks->config.taps)
        return 0;
    judge(peaks, peaks->settled, out);
    peaks->settled++;
    while (peaks->settled && peaks->peaks[peaks->settled - 1u].sample - peaks->peaks[0].sample >= 2u * reach)
        drop_first(peaks);
    return 1;
}

int mk_peaks_open(const mk_peaks *peaks, uint32_t index, mk_peak *out)
{
    if (peaks->settled + index >= peaks->count)
        return 0;
    judge(peaks, peaks->settled + index, out);
    return 1;
}
