#include "motekit/dsp_features_weather.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_sum.h"

typedef struct {
    float mean, low, high, sum, last;
} extent;

/* Of a channel over the window; scratch float32[length]. */
static extent over(const mk_window *window, uint32_t channel, float *scratch)
{
    extent found = {0.0f, 0.0f, 0.0f, 0.0f, 0.0f};
    if (channel >= window->channels)
        return found;
    for (uint32_t i = 0; i < window->length; i++) {
        const float x = window->frames[i * window->channels + channel];
        scratch[i] = x;
        if (i == 0 || x < found.low)
            found.low = x;
        if (i == 0 || x > found.high)
            found.high = x;
    }
    found.sum = mk_sum(scratch, window->length);
    if (!mk_is_finite(found.sum))
        found.low = found.high = found.sum; /* comparisons let a NaN pass */
    found.mean = mk_div(found.sum, (float)window->length);
    found.last = scratch[window->length - 1u];
    return found;
}

mk_quality mk_feature_air(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_air_config *const config = feature->config;
    const float temperature = over(window, feature->channel, scratch).mean;
    const float humidity = over(window, config->humidity, scratch).mean;
    float deficit;
    const mk_quality quality = mk_vapour_deficit(temperature, humidity, &deficit);
    const float saturation = mk_saturation_pressure(temperature);
    for (uint32_t i = 0; i < feature->width; i++)
        switch (config->values[i]) {
        case MK_AIR_SATURATION_PRESSURE: out[i] = saturation; break;
        case MK_AIR_VAPOUR_PRESSURE: out[i] = saturation - deficit; break;
        case MK_AIR_VAPOUR_DEFICIT: out[i] = deficit; break;
        default: out[i] = mk_dew_point(saturation - deficit);
        }
    return quality;
}

/* The day of the year, 1 to 366. */
static uint16_t day_of(const mk_feature_et0_config *config, const mk_window *window, float *state, float *scratch,
                       uint32_t *quality)
{
    if (config->day >= window->channels) {
        const uint32_t day = (config->first_day - 1u + (uint32_t)state[0]) % 365u + 1u;
        state[0] = state[0] < 364.0f ? state[0] + 1.0f : 0.0f;
        return (uint16_t)day;
    }
    const float day = over(window, config->day, scratch).last;
    if (day >= 1.0f && day < 367.0f)
        return (uint16_t)day;
    *quality |= mk_is_finite(day) ? MK_QUALITY_RANGE : MK_QUALITY_NONFINITE;
    return config->first_day;
}

static float evapotranspiration(const mk_feature_et0_config *config, uint32_t channel, const mk_window *window,
                                float *state, float *scratch, uint32_t *quality)
{
    const extent temperature = over(window, channel, scratch), humidity = over(window, config->humidity, scratch);
    const uint16_t day = day_of(config, window, state, scratch, quality);
    float et0;
    if (config->humidity >= window->channels || config->wind >= window->channels || config->solar >= window->channels) {
        *quality |= mk_et0_hargreaves(temperature.low, temperature.high, config->latitude, day, &et0);
        return et0;
    }
    const mk_weather weather = {temperature.low,
                                temperature.high,
                                humidity.low,
                                humidity.high,
                                mk_wind_at_2m(over(window, config->wind, scratch).mean, config->wind_height),
                                over(window, config->solar, scratch).mean,
                                config->altitude,
                                config->latitude,
                                day};
    *quality |= mk_et0_penman_monteith(&weather, &et0);
    return et0;
}

mk_quality mk_feature_et0(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    uint32_t quality = 0;
    out[0] = evapotranspiration(feature->config, feature->channel, window, window->state, scratch, &quality);
    return (mk_quality)quality;
}

mk_quality mk_feature_degree_days(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_degree_days_config *const config = feature->config;
    const extent temperature = over(window, feature->channel, scratch);
    out[0] = mk_degree_days(temperature.low, temperature.high, config->base, config->ceiling);
    /* a day that is not known adds nothing */
    const int known = mk_is_finite(out[0]);
    if (known)
        window->state[0] += out[0];
    out[1] = window->state[0];
    return (mk_quality)(known ? 0u : MK_QUALITY_NONFINITE);
}

mk_quality mk_feature_soil_water(const mk_feature *feature, const mk_window *window, float *out, float *scratch)
{
    const mk_feature_soil_config *const config = feature->config;
    float *const state = window->state;
    uint32_t quality = 0;
    mk_soil soil;
    if (mk_soil_init(&soil, &config->soil, state[0] > 0.0f ? state[1] : config->depletion) != MK_OK)
        return MK_QUALITY_RANGE;
    const float et0 = evapotranspiration(&config->et0, feature->channel, window, state + 2, scratch, &quality);
    quality |= mk_soil_day(&soil, over(window, config->rain, scratch).sum,
                           over(window, config->irrigation, scratch).sum, config->crop * et0);
    state[0] = 1.0f;
    state[1] = soil.depletion;
    out[0] = soil.depletion;
    out[1] = soil.stress;
    return (mk_quality)quality;
}
