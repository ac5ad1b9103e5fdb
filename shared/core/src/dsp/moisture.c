#include "motekit/dsp_moisture.h"

#include "motekit/dsp_root.h"

#define MISSING MK_MOISTURE_MISSING
#define LIMIT 4096

/* sign(x) sqrt(|x| / c) in Q10, with gain = 2^20 / c */
static int16_t rooted(int32_t x, uint16_t gain)
{
    const uint32_t size = (uint32_t)(x < 0 ? -x : x);
    const int16_t value = size >= ((uint32_t)1 << 24) / gain ? LIMIT : (int16_t)mk_root(size * gain);
    return x < 0 ? (int16_t)-value : value;
}

/* (x - centre) * gain / 256, limited */
static int16_t centred(int16_t x, int16_t centre, int16_t gain)
{
    if (x == MISSING)
        return 0;
    const int32_t value = ((int32_t)x - centre) * gain / 256;
    return (int16_t)(value > LIMIT ? LIMIT : value < -LIMIT ? -LIMIT : value);
}

/* a - b, missing if one of them is */
static int16_t change(int16_t a, int16_t b)
{
    return a == MISSING || b == MISSING ? MISSING : (int16_t)(a - b);
}

static int16_t rooted_change(int16_t a, int16_t b, uint16_t gain)
{
    return a == MISSING || b == MISSING ? 0 : rooted((int32_t)a - b, gain);
}

static int within(int16_t x, int16_t low, int16_t high)
{
    return x == MISSING || (x >= low && x <= high);
}

static int valid(const mk_moisture_day *day)
{
    return within(day->moisture[0], 0, 10000) && within(day->moisture[1], 0, 10000) && within(day->rain, 0, 5000) &&
           within(day->t_max, -1000, 1000) && within(day->t_min, -1000, 1000) && within(day->humidity, 0, 1100) &&
           within(day->humidity_min, 0, 1100) && within(day->humidity_max, 0, 1100) && within(day->solar, 0, 6000) &&
           within(day->extraterrestrial, 0, 6000) && within(day->soil_temperature, -1000, 1000);
}

void mk_moisture_init(mk_moisture *moisture)
{
    for (uint8_t i = 0; i < 2; i++) {
        moisture->highest[i] = moisture->lowest[i] = moisture->mean[i] = -1;
        for (uint8_t k = 0; k < 3; k++)
            moisture->moisture[i][k] = MISSING;
    }
    for (uint8_t k = 0; k < 3; k++) {
        moisture->wetness[k] = 0;
        moisture->rain[k] = MISSING;
    }
    moisture->t_max = moisture->t_min = moisture->humidity = MISSING;
    moisture->sunshine = moisture->extraterrestrial = MISSING;
}

/* Running extremes forget 1/256 of the distance to each value a day, the mean takes on 1/32 of it. */
static void remember(mk_moisture *state, uint8_t i, int16_t moisture)
{
    const int32_t value = (int32_t)moisture * 256;
    if (state->mean[i] < 0) {
        state->highest[i] = state->lowest[i] = state->mean[i] = value;
        return;
    }
    const int32_t highest = state->highest[i] - (state->highest[i] - value) / 256;
    const int32_t lowest = state->lowest[i] + (value - state->lowest[i]) / 256;
    state->highest[i] = highest > value ? highest : value;
    state->lowest[i] = lowest < value ? lowest : value;
    state->mean[i] += (value - state->mean[i]) / 32;
}

static int16_t *moisture_features(mk_moisture *state, uint8_t i, int16_t moisture, int16_t *out)
{
    int16_t *const past = state->moisture[i];
    *out++ = centred(moisture, 2000, 218);           /* around 0.20, by 0.12 */
    *out++ = rooted_change(moisture, past[0], 5243); /* by 0.02 */
    *out++ = rooted_change(past[0], past[1], 5243);
    *out++ = rooted_change(past[1], past[2], 5243);
    if (moisture == MISSING) {
        *out++ = 0;
        *out++ = 0;
        *out++ = 0;
    } else {
        remember(state, i, moisture);
        *out++ = rooted(state->highest[i] / 256 - moisture, 1311); /* by 0.08 */
        *out++ = rooted(moisture - state->lowest[i] / 256, 1311);
        *out++ = rooted(moisture - state->mean[i] / 256, 2621); /* by 0.04 */
    }
    past[2] = past[1];
    past[1] = past[0];
    past[0] = moisture;
    return out;
}

static int16_t *rain_features(mk_moisture *state, int16_t rain, int16_t *out)
{
    /* memories of 0.6, 0.85 and 0.95 a day in Q8, and gains that bring typical sums of each to 1 */
    static const uint8_t memory[3] = {154, 218, 243};
    static const uint16_t gain[3] = {13981, 5243, 1748};
    *out++ = rain == MISSING ? 0 : rooted(rain, 20972); /* by 5 mm */
    for (uint8_t k = 0; k < 3; k++)
        *out++ = state->rain[k] == MISSING ? 0 : rooted(state->rain[k], 20972);
    for (uint8_t k = 0; k < 3; k++) {
        const uint32_t old = state->wetness[k], fresh = rain == MISSING ? 0 : (uint32_t)rain * 256u;
        state->wetness[k] = (old >> 8) * memory[k] + (((old & 255u) * memory[k]) >> 8) + fresh;
        *out++ = rooted((int32_t)(state->wetness[k] >> 8), gain[k]);
    }
    state->rain[2] = state->rain[1];
    state->rain[1] = state->rain[0];
    state->rain[0] = rain;
    return out;
}

/* Radiation over that above the atmosphere (3 MJ/m2 at least) in Q10. */
static int16_t sunshine_of(const mk_moisture_day *day)
{
    if (day->solar == MISSING || day->extraterrestrial == MISSING)
        return MISSING;
    const int32_t above = day->extraterrestrial < 300 ? 300 : day->extraterrestrial;
    return (int16_t)((int32_t)day->solar * 1024 / above);
}

/* Temperature within 2 degC of freezing. */
static int16_t thaw_of(int16_t temperature)
{
    if (temperature == MISSING)
        return MISSING;
    return temperature > 20 ? 20 : temperature < -20 ? -20 : temperature;
}

mk_status mk_moisture_process(mk_moisture *moisture, const mk_moisture_day *day, int16_t *out)
{
    if (!valid(day))
        return MK_ERR_ARG;
    const int16_t sunshine = sunshine_of(day);

    for (uint8_t i = 0; i < 2; i++)
        out = moisture_features(moisture, i, day->moisture[i], out);
    *out++ = centred(change(day->moisture[0], day->moisture[1]), 0, 437); /* by 0.06 */
    out = rain_features(moisture, day->rain, out);

    *out++ = centred(day->t_max, 170, 2016);                        /* around 17, by 13 */
    *out++ = centred(day->t_min, 50, 2185);                         /* around 5, by 12 */
    *out++ = centred(change(day->t_max, moisture->t_max), 0, 5243); /* by 5 */
    *out++ = centred(change(day->t_min, moisture->t_min), 0, 5243);
    *out++ = centred(sunshine, 461, 1280); /* around 0.45, by 0.2 */
    *out++ = centred(moisture->sunshine, 461, 1280);
    *out++ = centred(day->humidity, 640, 1248);                           /* around 64, by 21 */
    *out++ = centred(day->humidity_min, 430, 1140);                       /* around 43, by 23 */
    *out++ = centred(day->humidity_max, 830, 1380);                       /* around 83, by 19 */
    *out++ = centred(change(day->humidity, moisture->humidity), 0, 2185); /* by 12 */
    *out++ = centred(day->soil_temperature, 140, 2621);                   /* around 14, by 10 */
    *out++ = centred(thaw_of(day->soil_temperature), 0, 26214);           /* by 1 */
    *out++ = centred(day->extraterrestrial, 2500, 218);                   /* around 25, by 12 */
    *out = centred(change(day->extraterrestrial, moisture->extraterrestrial), 0, 13107); /* by 0.2 */

    moisture->t_max = day->t_max;
    moisture->t_min = day->t_min;
    moisture->humidity = day->humidity;
    moisture->sunshine = sunshine;
    moisture->extraterrestrial = day->extraterrestrial;
    return MK_OK;
}
