#include "motekit/post_fall.h"

#include "motekit/dsp_math.h"

#define LONG_AGO 0xFFFFu

mk_status mk_fall_init(mk_fall *fall, const mk_fall_config *config)
{
    if (!fall || !config || config->rate < 10 || config->rate > MK_FALL_MOST_RATE || config->before == 0 ||
        config->settle == 0 || config->rest == 0 || !(config->light >= 0.0f) || !(config->impact > config->light) ||
        !(config->hard >= config->impact) || !(config->most_lights >= 1.0f) || !(config->still > 0.0f) ||
        !(config->turned >= -1.0f && config->turned <= 1.0f))
        return MK_ERR_ARG;
    fall->config = *config;
    mk_fall_reset(fall);
    return MK_OK;
}

void mk_fall_reset(mk_fall *fall)
{
    fall->since_light = LONG_AGO;
    fall->lights = 0.0f;
    fall->watched = fall->slot = 0;
    fall->watching = fall->started = 0;
}

static float dot(const float *a, const float *b)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < 3; i++)
        sum = mk_add_product(sum, a[i], b[i]);
    return sum;
}

static void follow(mk_fall *fall, const float *sample)
{
    const uint32_t half = fall->config.rate / 2u;
    const float share = mk_div(1.0f, (float)fall->config.rate);
    if (!fall->started) {
        for (uint32_t k = 0; k < half; k++)
            for (uint32_t i = 0; i < 3; i++)
                fall->late[k][i] = sample[i];
        for (uint32_t i = 0; i < 3; i++)
            fall->gravity[i] = fall->last[i] = sample[i];
        fall->slot = 0;
        fall->started = 1;
    }
    float *const old = fall->late[fall->slot];
    for (uint32_t i = 0; i < 3; i++) {
        fall->gravity[i] += share * (old[i] - fall->gravity[i]);
        old[i] = sample[i];
    }
    fall->slot = (uint16_t)(fall->slot + 1u == half ? 0u : fall->slot + 1u);
}

static int is_impact(mk_fall *fall, float norm)
{
    const mk_fall_config *const config = &fall->config;
    fall->lights -= mk_div(fall->lights, 4.0f * (float)config->rate);
    if (norm < config->light) {
        fall->lights += fall->since_light != 0 ? 1.0f : 0.0f;
        fall->since_light = 0;
    } else if (fall->since_light != LONG_AGO) {
        fall->since_light++;
    }
    return norm >= config->hard ||
           (norm >= config->impact && fall->since_light <= config->before && fall->lights <= config->most_lights);
}

static int has_turned(const mk_fall *fall)
{
    const float lengths = mk_sqrt(dot(fall->upright, fall->upright) * dot(fall->sum, fall->sum));
    return dot(fall->upright, fall->sum) <= fall->config.turned * lengths;
}

/* One sample of the watch after an impact. */
static int watch(mk_fall *fall, const float *sample, float change)
{
    const mk_fall_config *const config = &fall->config;
    fall->watched++;
    if (fall->watched <= config->settle)
        return 0;
    if (change > config->still) {
        fall->watching = 0;
        return 0;
    }
    for (uint32_t i = 0; i < 3; i++)
        fall->sum[i] += sample[i];
    if (fall->watched < config->settle + config->rest)
        return 0;
    fall->watching = 0;
    return has_turned(fall);
}

int mk_fall_take(mk_fall *fall, float x, float y, float z)
{
    const float sample[3] = {x, y, z};
    if (!(mk_is_finite(x) && mk_is_finite(y) && mk_is_finite(z))) {
        mk_fall_reset(fall);
        return 0;
    }
    follow(fall, sample);
    float change = 0.0f;
    for (uint32_t i = 0; i < 3; i++) {
        const float away = mk_abs(sample[i] - fall->last[i]);
        change = away > change ? away : change;
        fall->last[i] = sample[i];
    }
    const int impact = is_impact(fall, mk_sqrt(dot(sample, sample)));
    if (impact && (!fall->watching || fall->watched <= fall->config.settle)) {
        /* bounces within the settling time belong to the first impact */
        for (uint32_t i = 0; i < 3 && !fall->watching; i++)
            fall->upright[i] = fall->gravity[i];
        fall->watching = 1;
        fall->watched = 0;
        for (uint32_t i = 0; i < 3; i++)
            fall->sum[i] = 0.0f;
        return 0;
    }
    return fall->watching ? watch(fall, sample, change) : 0;
}
