#include "motekit/dsp_climate.h"

#include "motekit/dsp_math.h"

#define RADIANS 0.0174532925f

/* x limited to low..high, noting it; a NaN stays. */
static float limited(float x, float low, float high, uint32_t *quality)
{
    if (x != x)
        *quality |= MK_QUALITY_NONFINITE;
    if (x < low || x > high)
        *quality |= MK_QUALITY_RANGE;
    return x < low ? low : x > high ? high : x;
}

static float temperature_in_range(float temperature, uint32_t *quality)
{
    return limited(temperature, -60.0f, 80.0f, quality);
}

float mk_saturation_pressure(float temperature)
{
    uint32_t quality = 0;
    const float t = temperature_in_range(temperature, &quality);
    return 0.6108f * mk_exp(mk_div(17.27f * t, t + 237.3f));
}

float mk_dew_point(float vapour_pressure)
{
    const float pressure = vapour_pressure < 0.01f ? 0.01f : vapour_pressure;
    const float ln = mk_ln(mk_div(pressure, 0.6108f));
    return mk_div(237.3f * ln, 17.27f - ln);
}

mk_quality mk_vapour_deficit(float temperature, float humidity, float *deficit)
{
    uint32_t quality = 0;
    const float t = temperature_in_range(temperature, &quality), h = limited(humidity, 0.0f, 100.0f, &quality);
    *deficit = mk_saturation_pressure(t) * (1.0f - h * 0.01f);
    return (mk_quality)quality;
}

typedef struct {
    float declination, sunset, distance; /* radians, radians, inverse relative distance to the sun */
} sun;

static sun sun_of(float latitude, uint16_t day)
{
    uint32_t quality = 0;
    const float season = 2.0f * MK_PI / 365.0f * (float)day;
    const float declination = 0.409f * mk_sin(season - 1.39f);
    const float phi = limited(latitude, -90.0f, 90.0f, &quality) * RADIANS;
    /* cos of the sunset hour angle; beyond -1 and 1 the sun does not set or rise */
    const float lift = mk_cos(phi) * mk_cos(declination);
    /* at the poles it rounds to either side of 0 */
    const float cosine = mk_div(-(mk_sin(phi) * mk_sin(declination)), lift < 1e-6f ? 1e-6f : lift);
    const float c = cosine > 1.0f ? 1.0f : cosine < -1.0f ? -1.0f : cosine;
    return (sun){declination, mk_atan2(mk_sqrt(1.0f - c * c), c), 1.0f + 0.033f * mk_cos(season)};
}

float mk_extraterrestrial(float latitude, uint16_t day)
{
    uint32_t quality = 0;
    const sun s = sun_of(latitude, day);
    const float phi = limited(latitude, -90.0f, 90.0f, &quality) * RADIANS;
    const float still = s.sunset * mk_sin(phi) * mk_sin(s.declination);
    const float moving = mk_cos(phi) * mk_cos(s.declination) * mk_sin(s.sunset);
    const float radiation = 24.0f * 60.0f / MK_PI * 0.0820f * s.distance * (still + moving);
    return radiation < 0.0f ? 0.0f : radiation;
}

float mk_daylight_hours(float latitude, uint16_t day)
{
    return 24.0f / MK_PI * sun_of(latitude, day).sunset;
}

float mk_solar_from_sunshine(float sunshine_hours, float latitude, uint16_t day)
{
    const float possible = mk_daylight_hours(latitude, day);
    const float share = possible > 0.0f ? mk_div(sunshine_hours, possible) : 0.0f;
    return (0.25f + 0.5f * (share > 1.0f ? 1.0f : share)) * mk_extraterrestrial(latitude, day);
}

float mk_wind_at_2m(float wind, float height)
{
    return mk_div(wind * 4.87f, mk_ln(67.8f * height - 5.42f));
}

/* Net long-wave radiation (39). */
static float long_wave(const mk_weather *w, float vapour, float extraterrestrial)
{
    const float high = w->temperature_max + 273.16f, low = w->temperature_min + 273.16f;
    /* fourth powers of kelvin over 100, so that they stay near 100 */
    const float high2 = high * high * 1e-4f, low2 = low * low * 1e-4f;
    const float clear = (0.75f + 2e-5f * w->altitude) * extraterrestrial;
    const float ratio = clear > 0.0f ? mk_div(w->solar, clear) : 1.0f;
    const float cloud = 1.35f * (ratio > 1.0f ? 1.0f : ratio) - 0.35f;
    return 0.4903f * 0.5f * (high2 * high2 + low2 * low2) * (0.34f - 0.14f * mk_sqrt(vapour)) * cloud;
}

/* Atmospheric pressure from altitude (7). */
static float air_pressure(float altitude)
{
    return 101.3f * mk_exp(5.26f * mk_ln(mk_div(293.0f - 0.0065f * altitude, 293.0f)));
}

static mk_weather weather_in_range(const mk_weather *given, uint32_t *quality)
{
    mk_weather w = *given;
    w.temperature_min = temperature_in_range(w.temperature_min, quality);
    w.temperature_max = temperature_in_range(w.temperature_max, quality);
    w.humidity_min = limited(w.humidity_min, 0.0f, 100.0f, quality);
    w.humidity_max = limited(w.humidity_max, 0.0f, 100.0f, quality);
    w.wind = limited(w.wind, 0.0f, 100.0f, quality);
    w.solar = limited(w.solar, 0.0f, 50.0f, quality);
    w.altitude = limited(w.altitude, -500.0f, 9000.0f, quality);
    w.latitude = limited(w.latitude, -90.0f, 90.0f, quality);
    if (w.day < 1 || w.day > 366) {
        *quality |= MK_QUALITY_RANGE;
        w.day = w.day < 1 ? 1 : 366;
    }
    return w;
}

mk_quality mk_et0_penman_monteith(const mk_weather *weather, float *et0)
{
    uint32_t quality = 0;
    const mk_weather w = weather_in_range(weather, &quality);
    const float mean = 0.5f * (w.temperature_min + w.temperature_max);
    const float high = mk_saturation_pressure(w.temperature_max), low = mk_saturation_pressure(w.temperature_min);
    const float saturation = 0.5f * (high + low);
    const float vapour = 0.005f * (low * w.humidity_max + high * w.humidity_min);
    const float kelvin = mean + 237.3f;
    const float slope = mk_div(4098.0f * mk_saturation_pressure(mean), kelvin * kelvin);
    const float gamma = 0.665e-3f * air_pressure(w.altitude);
    const float net = 0.77f * w.solar - long_wave(&w, vapour, mk_extraterrestrial(w.latitude, w.day));
    const float energy = 0.408f * slope * net;
    const float air = gamma * mk_div(900.0f, mean + 273.0f) * w.wind * (saturation - vapour);
    const float value = mk_div(energy + air, slope + gamma * (1.0f + 0.34f * w.wind));
    *et0 = value < 0.0f ? 0.0f : value;
    return (mk_quality)quality;
}

mk_quality mk_et0_hargreaves(float temperature_min, float temperature_max, float latitude, uint16_t day, float *et0)
{
    uint32_t quality = 0;
    const float low = temperature_in_range(temperature_min, &quality);
    const float high = temperature_in_range(temperature_max, &quality);
    const float phi = limited(latitude, -90.0f, 90.0f, &quality);
    float range = high - low;
    if (range < 0.0f) {
        quality |= MK_QUALITY_RANGE;
        range = 0.0f;
    }
    const float water = 0.408f * mk_extraterrestrial(phi, day);
    const float value = 0.0023f * (0.5f * (low + high) + 17.8f) * mk_sqrt(range) * water;
    *et0 = value < 0.0f ? 0.0f : value;
    return (mk_quality)quality;
}

float mk_degree_days(float temperature_min, float temperature_max, float base, float ceiling)
{
    const float low = temperature_min < base ? base : temperature_min > ceiling ? ceiling : temperature_min;
    const float high = temperature_max < base ? base : temperature_max > ceiling ? ceiling : temperature_max;
    return 0.5f * (low + high) - base;
}
