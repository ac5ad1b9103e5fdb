#include "motekit/dsp_features_heart.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"

/* State: whether it has begun, the tracker's constant, its belief, the canceller's equations. */
static mk_heart_rate tracker(const mk_feature_rate_config *config, float *state)
{
    mk_heart_rate rate = {config->rate, state + 2, state[1]};
    if (!(state[0] > 0.0f)) {
        mk_heart_rate_init(&rate, &config->rate, state + 2);
        state[0] = 1.0f;
        state[1] = rate.keep;
    }
    return rate;
}

/* The pulse wave, weighted, without what motion explains by each memory; how many there are. */
static uint32_t without_motion(const mk_feature_rate_config *config, const mk_window *window, float *rests,
                               float *references, float *scratch, mk_quality *quality)
{
    const mk_cancel_config *const cancel = &config->cancel;
    const float *const target = window->x + config->before;
    if (cancel->references == 0) {
        const float mean = mk_mean(target, cancel->length);
        for (uint32_t i = 0; i < cancel->length; i++)
            rests[i] = cancel->weights[i] * (target[i] - mean);
        *quality |= mk_quality_check(rests, cancel->length, -3.0e38f, 3.0e38f) & MK_QUALITY_NONFINITE;
        return 1;
    }
    for (uint32_t r = 0; r < cancel->references; r++)
        for (uint32_t i = 0; i < window->length; i++)
            references[r * window->length + i] = window->frames[i * window->channels + config->motion[r]];
    mk_cancel canceller = {*cancel, window->state + 2 + config->rate.states};
    /* without motion there is nothing to take off, which is no fault */
    const mk_quality found = mk_cancel_process(&canceller, references, target, rests, scratch);
    *quality |= (mk_quality)(found & ~MK_QUALITY_FLAT);
    return cancel->memories;
}

mk_quality mk_feature_heart_rate(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_rate_config *const config = feature->config;
    const uint32_t states = config->rate.states, memories = config->cancel.references ? config->cancel.memories : 1u;
    float *const evidence = scratch, *const mixture = evidence + states, *const spare = mixture + states;
    float *const rests = spare + 2u * states, *const references = rests + memories * config->cancel.length;
    float *const rest = references + config->cancel.references * window->length;
    mk_heart_rate rate = tracker(config, window->state);
    mk_quality quality = 0, empty = 0;
    without_motion(config, window, rests, references, rest, &quality);
    for (uint32_t i = 0; i < states; i++)
        mixture[i] = 0.0f;
    for (uint32_t m = 0; m < memories; m++) {
        for (uint32_t i = 0; i < states; i++)
            evidence[i] = 0.0f;
        empty |= mk_heart_spectrum_add(&config->spectrum, rests + m * config->cancel.length, evidence, rest);
        mk_heart_mix(evidence, states, mixture);
    }
    mk_heart_mixed(mixture, states);
    quality |= empty;
    const int usable = !(quality & (MK_QUALITY_NONFINITE | MK_QUALITY_EMPTY));
    const mk_heart_rate_reading reading = mk_heart_rate_process(&rate, usable ? mixture : 0, spare);
    out[0] = reading.bpm;
    out[1] = reading.confidence;
    return quality;
}
