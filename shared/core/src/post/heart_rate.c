#include "motekit/post_heart_rate.h"

#include "motekit/dsp_math.h"

/* a rate this much less likely than the best has no say, and its belief stays a normal number */
#define LEAST_EVIDENCE (-40.0f)

/* out[i] = sum over j of keep^|i - j| x[j]; out is not x. */
static void laplace(const float *x, float *out, uint32_t n, float keep)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        sum = x[i] + keep * sum;
        out[i] = sum;
    }
    sum = 0.0f;
    for (uint32_t i = n; i-- > 0;) {
        out[i] += sum;
        sum = keep * (x[i] + sum);
    }
}

mk_status mk_heart_rate_init(mk_heart_rate *rate, const mk_heart_rate_config *config, float *belief)
{
    if (!rate || !config || !belief || config->states < 3 || config->states > MK_HEART_RATE_MOST_STATES ||
        !(config->first_bpm > 0.0f && config->first_bpm < 1000.0f) ||
        !(config->step_bpm >= 0.01f && config->step_bpm <= 100.0f) ||
        !(config->spread_bpm > 0.0f && config->spread_bpm <= 100.0f) ||
        !(config->jump >= 1e-7f && config->jump < 1.0f) || !(config->tempering > 0.0f && config->tempering <= 1.0f) ||
        !(config->tolerance_bpm >= 0.0f) || !(config->least_confidence >= 0.0f && config->least_confidence <= 1.0f))
        return MK_ERR_ARG;
    rate->config = *config;
    rate->belief = belief;
    rate->keep = mk_exp(-mk_div(config->step_bpm, config->spread_bpm));
    mk_heart_rate_reset(rate);
    return MK_OK;
}

void mk_heart_rate_reset(mk_heart_rate *rate)
{
    for (uint32_t i = 0; i < rate->config.states; i++)
        rate->belief[i] = mk_div(1.0f, (float)rate->config.states);
}

static void predict(mk_heart_rate *rate, float *scratch)
{
    const uint32_t n = rate->config.states;
    const float jump = rate->config.jump, everywhere = mk_div(jump, (float)n);
    float *const spread = scratch, *const reach = scratch + n;
    /* how much of each rate's kernel lies on the grid, so that none is lost over its ends */
    for (uint32_t i = 0; i < n; i++)
        spread[i] = 1.0f;
    laplace(spread, reach, n, rate->keep);
    for (uint32_t i = 0; i < n; i++)
        rate->belief[i] = mk_div(rate->belief[i], reach[i]);
    laplace(rate->belief, spread, n, rate->keep);
    for (uint32_t i = 0; i < n; i++)
        rate->belief[i] = (1.0f - jump) * spread[i] + everywhere;
}

static void weigh(mk_heart_rate *rate, const float *evidence)
{
    const uint32_t n = rate->config.states;
    float best = evidence[0];
    for (uint32_t i = 0; i < n; i++) {
        if (!mk_is_finite(evidence[i]))
            return;
        if (evidence[i] > best)
            best = evidence[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        const float less = rate->config.tempering * (evidence[i] - best);
        rate->belief[i] *= mk_exp(less > LEAST_EVIDENCE ? less : LEAST_EVIDENCE);
    }
}

static void normalise(mk_heart_rate *rate)
{
    const uint32_t n = rate->config.states;
    float total = 0.0f;
    for (uint32_t i = 0; i < n; i++)
        total += rate->belief[i];
    for (uint32_t i = 0; i < n; i++)
        rate->belief[i] = mk_div(rate->belief[i], total);
}

static mk_heart_rate_reading read_out(const mk_heart_rate *rate)
{
    const mk_heart_rate_config *const config = &rate->config;
    const uint32_t n = config->states;
    uint32_t at = 0;
    float below = 0.0f;
    while (at + 1u < n && below + rate->belief[at] < 0.5f)
        below += rate->belief[at++];
    /* each rate's belief lies evenly over its step */
    float within = rate->belief[at] > 0.0f ? mk_div(0.5f - below, rate->belief[at]) : 0.5f;
    if (within > 1.0f)
        within = 1.0f;
    const float place = (float)at - 0.5f + within;
    mk_heart_rate_reading reading = {config->first_bpm + config->step_bpm * place, 0.0f, 0};
    for (uint32_t i = 0; i < n; i++)
        if (mk_abs((float)i - place) * config->step_bpm <= config->tolerance_bpm)
            reading.confidence += rate->belief[i];
    if (reading.confidence > 1.0f)
        reading.confidence = 1.0f;
    reading.valid = reading.confidence >= config->least_confidence;
    return reading;
}

mk_heart_rate_reading mk_heart_rate_process(mk_heart_rate *rate, const float *evidence, float *scratch)
{
    predict(rate, scratch);
    if (evidence)
        weigh(rate, evidence);
    normalise(rate);
    return read_out(rate);
}
