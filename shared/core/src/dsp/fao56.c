#include "motekit/dsp_fao56.h"

#include "motekit/dsp_math.h"

#define KELVIN 273.16f
#define STEFAN_BOLTZMANN 4.903e-9f /* MJ/(K4 m2 d) */
#define ALBEDO 0.23f

static float limited(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

float mk_saturation_pressure(float temperature)
{
    return 0.6108f * mk_exp(17.27f * temperature / (temperature + 237.3f));
}

float mk_dew_point(float temperature, float humidity)
{
    if (!(humidity > 0.0f))
        return mk_float_from(0x7FC00000u);
    const float s = mk_ln(humidity * 0.01f) + 17.27f * temperature / (temperature + 237.3f);
    return 237.3f * s / (17.27f - s);
}

float mk_pressure_deficit(float temperature, float humidity)
{
    return mk_saturation_pressure(temperature) * (1.0f - humidity * 0.01f);
}

float mk_air_pressure(float elevation)
{
    return 101.3f * mk_exp(5.26f * mk_ln((293.0f - 0.0065f * elevation) / 293.0f));
}

static float declination(uint16_t day)
{
    return 0.409f * mk_sin(0.0172142063f * (float)day - 1.39f);
}

/* Half the length of the day as an angle: 0 in polar night, pi in polar day. */
static float sunset_angle(float latitude, float delta)
{
    const float across = mk_cos(latitude) * mk_cos(delta), along = mk_sin(latitude) * mk_sin(delta);
    /* acos(-along / across), also where the quotient is beyond 1 */
    const float square = across * across - along * along;
    return mk_atan2(square > 0.0f ? mk_sqrt(square) : 0.0f, -along);
}

float mk_extraterrestrial(float latitude, uint16_t day)
{
    const float delta = declination(day);
    const float angle = sunset_angle(latitude, delta);
    const float distance = 1.0f + 0.033f * mk_cos(0.0172142063f * (float)day);
    const float sun = angle * (mk_sin(latitude) * mk_sin(delta)) + mk_cos(latitude) * mk_cos(delta) * mk_sin(angle);
    const float radiation = 37.5860314f * distance * sun;
    return radiation < 0.0f ? 0.0f : radiation;
}

float mk_daylight_hours(float latitude, uint16_t day)
{
    return 7.63943727f * sunset_angle(latitude, declination(day));
}

float mk_et0_hargreaves(float t_max, float t_min, float extraterrestrial)
{
    const float range = t_max - t_min;
    const float et0 = 0.0023f * (0.5f * (t_max + t_min) + 17.8f) * mk_sqrt(range < 0.0f ? 0.0f : range) *
                      (0.408f * extraterrestrial);
    return et0 < 0.0f ? 0.0f : et0;
}

/* Actual vapour pressure from what is known of the humidity: eq. 17, 18, 48. */
static float actual_pressure(const mk_weather_day *weather, float e_max, float e_min)
{
    const int upper = weather->rh_max == weather->rh_max, lower = weather->rh_min == weather->rh_min;
    if (upper && lower)
        return 0.5f * (e_min * (weather->rh_max * 0.01f) + e_max * (weather->rh_min * 0.01f));
    if (upper)
        return e_min * (weather->rh_max * 0.01f);
    return e_min;
}

float mk_et0(const mk_weather_day *weather, float extraterrestrial, float elevation)
{
    const float mean = 0.5f * (weather->t_max + weather->t_min);
    const float e_max = mk_saturation_pressure(weather->t_max), e_min = mk_saturation_pressure(weather->t_min);
    const float e_actual = actual_pressure(weather, e_max, e_min);
    const float deficit = 0.5f * (e_max + e_min) - e_actual;
    const float above = mean + 237.3f;
    const float slope = 4098.0f * mk_saturation_pressure(mean) / (above * above);
    const float gamma = 0.000665f * mk_air_pressure(elevation);
    const float wind = weather->wind == weather->wind ? weather->wind : 2.0f;

    float solar = weather->solar;
    if (solar != solar) {
        const float range = weather->t_max - weather->t_min;
        solar = 0.16f * mk_sqrt(range < 0.0f ? 0.0f : range) * extraterrestrial;
    }
    const float clear = (0.75f + 0.00002f * elevation) * extraterrestrial;
    /* without sun nothing tells the clouds: half covered */
    const float ratio = clear > 0.01f ? limited(solar / clear, 0.3f, 1.0f) : 0.6f;
    const float k_max = weather->t_max + KELVIN, k_min = weather->t_min + KELVIN;
    const float q_max = k_max * k_max, q_min = k_min * k_min;
    const float emitted = STEFAN_BOLTZMANN * (0.5f * (q_max * q_max + q_min * q_min));
    const float longwave = emitted * (0.34f - 0.14f * mk_sqrt(e_actual)) * limited(1.35f * ratio - 0.35f, 0.05f, 1.0f);
    const float net = (1.0f - ALBEDO) * solar - longwave;

    const float demand = 0.408f * slope * net + gamma * (900.0f / (mean + 273.0f)) * wind * deficit;
    const float et0 = demand / (slope + gamma * (1.0f + 0.34f * wind));
    return et0 < 0.0f ? 0.0f : et0;
}
