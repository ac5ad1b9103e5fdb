#include "motekit/dsp_beats.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"

#define LEARN_S 3u
/* where beats are looked for with 0.4 of a quarter of it, noise peaks stay three times below */
#define MARGIN 48.0f

mk_status mk_beats_init(mk_beats *beats, const mk_beats_config *config, float *ring)
{
    if (!beats || !config || !ring || config->smoothing < 2 || config->smoothing > MK_BEATS_MAX_SMOOTHING ||
        config->refractory < config->smoothing || config->rate < 2u * config->smoothing)
        return MK_ERR_ARG;
    beats->config = *config;
    beats->input = ring;
    beats->energy = ring + 4u * config->smoothing;
    mk_beats_reset(beats);
    return MK_OK;
}

void mk_beats_reset(mk_beats *beats)
{
    for (uint32_t i = 0; i < 4u * beats->config.smoothing; i++)
        beats->input[i] = beats->energy[i] = 0.0f;
    for (uint32_t i = 0; i < LEARN_S; i++)
        beats->largest[i] = 0.0f;
    beats->now = 0;
    beats->last = 0;
    beats->level = 0.0f;
    beats->noise = 0.0f;
    beats->interval = (float)beats->config.rate;
    beats->learning = 1;
    beats->found = 0;
}

/* Rings hold the last 4 * smoothing samples; `at` counts samples since reset. */
static float held(const mk_beats *beats, const float *ring, uint32_t at)
{
    return ring[at % (4u * beats->config.smoothing)];
}

static float strength(const mk_beats *beats, uint32_t at)
{
    const float x = held(beats, beats->input, at);
    return beats->config.upward ? x : mk_abs(x);
}

static float energy_at(const mk_beats *beats, uint32_t at)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < beats->config.smoothing; i++) {
        const float x = strength(beats, at - i);
        if (x > 0.0f)
            sum = mk_add_product(sum, x, x);
    }
    return mk_div(sum, (float)beats->config.smoothing);
}

static int is_peak(const mk_beats *beats, uint32_t at)
{
    const float top = held(beats, beats->energy, at);
    if (!(top > held(beats, beats->energy, at - 1u)))
        return 0;
    for (uint32_t i = 1; i <= beats->config.smoothing; i++)
        if (held(beats, beats->energy, at - i) > top || held(beats, beats->energy, at + i) > top)
            return 0;
    return 1;
}

static void locate(const mk_beats *beats, uint32_t at, mk_beat *beat)
{
    /* the energy at `at` is that of these samples; both neighbours of any of them are still held */
    uint32_t best = at;
    for (uint32_t i = 1; i < beats->config.smoothing; i++)
        if (strength(beats, at - i) > strength(beats, best))
            best = at - i;
    const float before = strength(beats, best - 1u), top = strength(beats, best), after = strength(beats, best + 1u);
    const float bend = before - 2.0f * top + after;
    float fraction = bend < 0.0f ? mk_div(0.5f * (before - after), bend) : 0.0f;
    if (fraction > 0.5f)
        fraction = 0.5f;
    if (fraction < -0.5f)
        fraction = -0.5f;
    *beat = (mk_beat){best, fraction, held(beats, beats->energy, at)};
}

/* The median of three seconds' largest energies: one may hold an artefact, as electrodes and skin often start
 * with, and another no beat. */
static void learn(mk_beats *beats, uint32_t newest, float energy)
{
    float *const largest = &beats->largest[newest / beats->config.rate];
    if (energy > *largest)
        *largest = energy;
    beats->last = newest;
    if (newest + 1u < LEARN_S * beats->config.rate)
        return;
    mk_sort(beats->largest, LEARN_S);
    beats->level = beats->largest[LEARN_S / 2u];
    beats->learning = 0;
}

static void decay(mk_beats *beats, uint32_t newest)
{
    const uint32_t quiet = newest - beats->last, half = beats->config.rate / 2u;
    if (quiet > 3u * half && quiet % half == 0 && beats->level > MARGIN * beats->noise)
        beats->level *= 0.5f;
}

static uint32_t take(mk_beats *beats, float in, mk_beat *beat)
{
    const uint32_t smoothing = beats->config.smoothing, length = 4u * smoothing;
    const uint32_t newest = beats->now++;
    beats->input[newest % length] = in;
    const float energy = energy_at(beats, newest);
    beats->energy[newest % length] = energy;
    if (beats->learning) {
        learn(beats, newest, energy);
        return 0;
    }
    const uint32_t at = newest - smoothing; /* the youngest that has `smoothing` energies after it */
    decay(beats, newest);
    if (!is_peak(beats, at))
        return 0;
    const float peak = held(beats, beats->energy, at);
    float threshold = beats->noise + 0.25f * (beats->level - beats->noise);
    const uint32_t since = at - beats->last;
    if (beats->found && since < beats->config.refractory)
        return 0;
    if ((float)since > 1.66f * beats->interval)
        threshold *= 0.4f;
    if (!(peak > threshold)) {
        beats->noise += 0.125f * (peak - beats->noise);
        return 0;
    }
    /* no artefact more than doubles the level, and a level learnt too low soon rises */
    const float limited = peak > 8.0f * beats->level ? 8.0f * beats->level : peak;
    beats->level += 0.125f * (limited - beats->level);
    if (beats->found && since < 2u * beats->config.rate)
        beats->interval += 0.2f * ((float)since - beats->interval);
    beats->last = at;
    beats->found = 1;
    locate(beats, at, beat);
    return 1;
}

uint32_t mk_beats_process(mk_beats *beats, const float *in, uint32_t n, mk_beat *out, mk_quality *quality)
{
    uint32_t count = 0;
    *quality = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int finite = mk_is_finite(in[i]);
        if (!finite)
            *quality = MK_QUALITY_NONFINITE;
        count += take(beats, finite ? in[i] : 0.0f, &out[count]);
    }
    return count;
}
