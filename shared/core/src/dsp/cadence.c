#include "motekit/dsp_cadence.h"

#include "motekit/dsp_math.h"

#define LINES 4u
#define FIRST_BIN 2u

static const float multiple[LINES] = {0.5f, 1.0f, 1.5f, 2.0f};

mk_status mk_cadence_check(const mk_cadence_config *config)
{
    if (!config || config->bins < 8 || !(config->bin_hz > 0.0f) || !(config->least >= 0.0f) ||
        !(config->running >= config->least) || !(config->walk[0] > 0.0f && config->walk[1] > config->walk[0]) ||
        !(config->run[0] > 0.0f && config->run[1] > config->run[0]))
        return MK_ERR_ARG;
    return MK_OK;
}

static float power_at(const mk_cadence_config *config, const float *power, float hz)
{
    const float place = mk_div(hz, config->bin_hz);
    const uint32_t below = (uint32_t)place;
    if (below + 1u >= config->bins)
        return 0.0f;
    const float part = place - (float)below;
    return mk_add_product((1.0f - part) * power[below], part, power[below + 1u]);
}

static float score(const mk_cadence_config *config, const float *power, float hz)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < LINES; i++)
        sum = mk_add_product(sum, config->weight[i], power_at(config, power, multiple[i] * hz));
    return sum;
}

static float share_of(const mk_cadence_config *config, const float *power, float hz)
{
    float near = 0.0f, all = 0.0f;
    for (uint32_t k = FIRST_BIN; k < config->bins; k++) {
        all += power[k];
        for (uint32_t i = 0; i < LINES; i++)
            if (mk_abs((float)k - mk_div(multiple[i] * hz, config->bin_hz)) <= (float)config->reach) {
                near += power[k];
                break;
            }
    }
    return all > 0.0f ? mk_div(near, all) : 0.0f;
}

mk_cadence mk_cadence_process(const mk_cadence_config *config, const float *power, float deviation)
{
    const mk_cadence none = {0.0f, 0.0f};
    if (!(deviation >= config->least))
        return none;
    const float *const range = deviation >= config->running ? config->run : config->walk;
    const float step = mk_div(range[1] - range[0], (float)MK_CADENCE_STEPS);
    float best = -1.0f, before = 0.0f, after = 0.0f, last = 0.0f;
    uint32_t at = 0;
    for (uint32_t i = 0; i <= MK_CADENCE_STEPS; i++) {
        const float now = score(config, power, range[0] + step * (float)i);
        if (i > 0 && at == i - 1u)
            after = now;
        if (now > best) {
            best = now;
            before = i ? last : now;
            after = now;
            at = i;
        }
        last = now;
    }
    const float bend = before - 2.0f * best + after;
    const float offset = bend < 0.0f ? mk_div(0.5f * (before - after), bend) : 0.0f;
    const float hz = range[0] + step * ((float)at + offset);
    const mk_cadence found = {hz, share_of(config, power, hz)};
    return found.share >= config->regular ? found : (mk_cadence){0.0f, found.share};
}
