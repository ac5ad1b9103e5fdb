#include "motekit/post_heart.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_sum.h"

#define FAULT (MK_QUALITY_NONFINITE | MK_QUALITY_SATURATED | MK_QUALITY_GAP | MK_QUALITY_FLAT | MK_QUALITY_EMPTY)

static uint32_t terms_of(const mk_heart_config *config)
{
    return (uint32_t)config->cancel.references * config->cancel.lags;
}

static uint32_t span_of(const mk_heart_config *config)
{
    return config->cancel.pitch;
}

static uint32_t state_of(const mk_heart_config *config)
{
    return mk_cancel_state(&config->cancel);
}

uint32_t mk_heart_memory(const mk_heart_config *config)
{
    return MK_HEART_CHANNELS * (span_of(config) + MK_SOS_STATE(config->highpass.sections)) + state_of(config) +
           config->rate.states;
}

uint32_t mk_heart_scratch(const mk_heart_config *config)
{
    const uint32_t kept = MK_CANCEL_KEPT(terms_of(config), config->cancel.targets);
    const uint32_t transform = 2u * config->spectrum.fft.length, row = config->cancel.length;
    const uint32_t window = config->rate.states + kept + (transform > row ? transform : row);
    const uint32_t track = MK_HEART_RATE_SCRATCH((uint32_t)config->rate.states);
    /* the evidence stays where it is while the rate is tracked */
    return config->rate.states + (window > track ? window : track);
}

mk_status mk_heart_init(mk_heart *heart, const mk_heart_config *config, float *memory, float *scratch)
{
    if (!heart || !config || !memory || !scratch || config->cancel.references != 3 || config->cancel.lags == 0 ||
        config->cancel.targets != MK_HEART_PULSES || config->hop == 0 || config->hops == 0 ||
        config->hops > MK_HEART_HOPS || (uint32_t)config->hop * config->hops != config->cancel.length ||
        config->cancel.pitch != MK_CANCEL_SPAN((uint32_t)config->cancel.length, config->cancel.lags,
                                               config->cancel.stride) ||
        config->ahead > config->cancel.pitch - config->cancel.length ||
        config->spectrum.length != config->cancel.length || config->spectrum.states != config->rate.states ||
        !(config->least_pulse >= 0.0f) || !(config->least_motion >= 0.0f))
        return MK_ERR_ARG;
    heart->config = config;
    heart->scratch = scratch;
    heart->window = memory;
    heart->memory = memory + MK_HEART_CHANNELS * span_of(config);
    float *at = heart->memory;
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++) {
        const mk_status status = mk_sos_init(&heart->highpass[i], config->highpass.coeffs, config->highpass.sections, at);
        if (status)
            return status;
        at += MK_SOS_STATE(config->highpass.sections);
    }
    mk_status status = mk_heart_spectrum_check(&config->spectrum);
    if (!status)
        status = mk_cancel_init(&heart->cancel, &config->cancel, at);
    if (!status)
        status = mk_heart_rate_init(&heart->rate, &config->rate, at + state_of(config));
    if (!status)
        mk_heart_reset(heart);
    return status;
}

void mk_heart_reset(mk_heart *heart)
{
    const mk_heart_config *const config = heart->config;
    for (uint32_t i = 0; i < MK_HEART_CHANNELS * span_of(config); i++)
        heart->window[i] = 0.0f;
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++)
        mk_sos_reset(&heart->highpass[i]);
    mk_cancel_reset(&heart->cancel);
    mk_heart_rate_reset(&heart->rate);
    for (uint32_t hop = 0; hop < MK_HEART_HOPS; hop++)
        for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++)
            heart->flags[hop][i] = 0;
    heart->filled = heart->count = 0;
    heart->healthy = config->recover;
}

void mk_heart_push(mk_heart *heart, const float *samples, uint32_t pitch, uint32_t n)
{
    const uint32_t span = span_of(heart->config);
    if (n == 0)
        return; /* a resampler may give none, and the hop must not begin twice */
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++) {
        float *const row = heart->window + i * span;
        if (heart->filled == 0)
            for (uint32_t t = 0; t + heart->config->hop < span; t++)
                row[t] = row[t + heart->config->hop];
        mk_sos_process(&heart->highpass[i], samples + i * pitch, row + span - heart->config->hop + heart->filled, n);
    }
    heart->filled += n;
}

/* Root mean square of a channel's newest samples. */
static float size_of(const mk_heart *heart, uint32_t channel, uint32_t n)
{
    const uint32_t span = span_of(heart->config);
    const float *const row = heart->window + channel * span + span - n;
    return mk_sqrt(mk_div(mk_dot(row, row, n), (float)n));
}

float mk_heart_motion(const mk_heart *heart, uint32_t n)
{
    float motion = 0.0f;
    for (uint32_t i = MK_HEART_PULSES; i < MK_HEART_CHANNELS; i++) {
        const float size = size_of(heart, i, n);
        motion = size > motion ? size : motion;
    }
    return motion;
}

/* What all hops of the window had, and a pulse too small to be one. */
static void join(mk_heart *heart, const mk_quality *quality, mk_quality *joined)
{
    const mk_heart_config *const config = heart->config;
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++) {
        heart->flags[heart->count % config->hops][i] = quality[i];
        joined[i] = 0;
        for (uint32_t hop = 0; hop < config->hops; hop++)
            joined[i] |= heart->flags[hop][i];
    }
    for (uint32_t i = 0; i < MK_HEART_PULSES; i++)
        if (size_of(heart, i, config->cancel.length) < config->least_pulse)
            joined[i] |= MK_QUALITY_FLAT;
}

static uint8_t faults(const mk_heart *heart, const mk_quality *joined)
{
    uint8_t trouble = 0;
    if ((joined[0] & FAULT) && (joined[1] & FAULT))
        trouble |= MK_HEART_NO_PULSE;
    uint32_t lost = 0;
    for (uint32_t i = MK_HEART_PULSES; i < MK_HEART_CHANNELS; i++) {
        /* an accelerometer at the end of its range for a moment still tells when the arm moves */
        lost += (joined[i] & FAULT & ~MK_QUALITY_SATURATED) != 0;
    }
    const float motion = mk_heart_motion(heart, heart->config->cancel.length);
    if (lost == MK_HEART_CHANNELS - MK_HEART_PULSES || (lost && motion > heart->config->least_motion))
        trouble |= MK_HEART_NO_MOTION;
    return trouble;
}

/* Energy of a target's weighted deviations: what cancellation starts from. */
static float energy_of(const mk_cancel_config *config, const float *y)
{
    const float mean = mk_mean(y, config->length);
    float energy = 0.0f;
    for (uint32_t t = 0; t < config->length; t++) {
        const float value = config->weights[t] * (y[t] - mean);
        energy = mk_add_product(energy, value, value);
    }
    return energy;
}

/* Evidence of the window in the scratch's start; 0 if there is none. */
static const float *weigh(mk_heart *heart, const mk_quality *joined)
{
    const mk_heart_config *const config = heart->config;
    const uint32_t states = config->rate.states, span = span_of(config);
    float *const mixture = heart->scratch, *const evidence = mixture + states, *const solved = evidence + states;
    float *const transform = solved + MK_CANCEL_KEPT(terms_of(config), config->cancel.targets);
    const float *const target = heart->window + span - config->cancel.length - config->ahead;
    const float *const reference = heart->window + MK_HEART_PULSES * span;
    float energy[MK_HEART_PULSES];
    uint32_t used = 0;
    for (uint32_t k = 0; k < MK_HEART_PULSES; k++)
        energy[k] = energy_of(&config->cancel, target + k * span);
    if (mk_cancel_measure(&heart->cancel, reference, target, solved))
        return 0;
    for (uint32_t i = 0; i < states; i++)
        mixture[i] = 0.0f;
    for (uint32_t m = 0; m < config->cancel.memories; m++) {
        (void)mk_cancel_solve(&heart->cancel, m, solved);
        uint32_t lost = 0;
        for (uint32_t i = 0; i < states; i++)
            evidence[i] = 0.0f;
        for (uint32_t k = 0; k < MK_HEART_PULSES; k++) {
            if (joined[k] & FAULT)
                continue;
            mk_cancel_rest(&heart->cancel, k, reference, target, solved, transform);
            /* a remembered coupling that is no longer there would add the motion instead */
            if (mk_dot(transform, transform, config->cancel.length) > 1.001f * energy[k]) {
                lost++;
                continue;
            }
            used += !mk_heart_spectrum_add(&config->spectrum, transform, evidence, transform);
        }
        if (!lost)
            mk_heart_mix(evidence, states, mixture);
    }
    mk_heart_mixed(mixture, states);
    return used ? mixture : 0;
}

mk_heart_reading mk_heart_hop(mk_heart *heart, const mk_quality *quality, const float **evidence)
{
    const mk_heart_config *const config = heart->config;
    mk_heart_reading reading = {{0}, 0, {0}};
    join(heart, quality, reading.channel);
    heart->filled = 0;
    *evidence = 0;
    if (++heart->count < config->hops) {
        reading.trouble = MK_HEART_FILLING;
        return reading;
    }
    reading.trouble = faults(heart, reading.channel);
    if (!reading.trouble)
        *evidence = weigh(heart, reading.channel);
    reading.rate = mk_heart_rate_process(&heart->rate, *evidence, heart->scratch + config->rate.states);
    heart->healthy = reading.trouble || !*evidence ? 0 : heart->healthy + 1u;
    if (!reading.trouble && heart->healthy <= config->recover)
        reading.trouble |= MK_HEART_AFTER;
    if (!reading.rate.valid)
        reading.trouble |= MK_HEART_UNSURE;
    reading.rate.valid = reading.trouble == 0;
    return reading;
}
