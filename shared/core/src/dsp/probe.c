#include "motekit/dsp_probe.h"

#define MISSING MK_PROBE_MISSING

static int falling(const mk_probe_config *config)
{
    return config->counts[1] < config->counts[0];
}

static int curve_is_valid(const mk_probe_config *config)
{
    for (uint8_t i = 0; i < config->points; i++) {
        if (config->moisture[i] < 0 || config->moisture[i] > 10000)
            return 0;
        if (i == 0)
            continue;
        if (config->moisture[i] <= config->moisture[i - 1] || config->counts[i] == config->counts[i - 1] ||
            (config->counts[i] < config->counts[i - 1]) != falling(config))
            return 0;
    }
    return 1;
}

mk_status mk_probe_init(mk_probe *probe, const mk_probe_config *config)
{
    if (!probe || !config || config->points < 2 || config->points > MK_PROBE_MAX_POINTS || !curve_is_valid(config) ||
        config->reference < -400 || config->reference > 850 || config->drift < -4096 || config->drift > 4096 ||
        config->short_max >= config->open_min || config->stuck_samples < 2 || config->rise < 1 ||
        config->rise > 10000 || config->fall < 1 || config->fall > 10000 || config->confirm == 0 || config->confirm == 255 ||
        (falling(config) ? config->air < config->counts[0] : config->air > config->counts[0]))
        return MK_ERR_ARG;
    *probe = (mk_probe){config, 0, 0, 0, MISSING, MISSING, 0};
    return MK_OK;
}

/* Counts as they would be at the reference temperature. */
static int32_t steadied(const mk_probe_config *config, uint16_t counts, int16_t temperature)
{
    if (temperature == MISSING)
        return counts;
    return counts - ((int32_t)temperature - config->reference) * config->drift / 256;
}

int16_t mk_probe_moisture(const mk_probe_config *config, uint16_t counts, int16_t temperature)
{
    const int32_t sign = falling(config) ? -1 : 1;
    const int32_t x = sign * steadied(config, counts, temperature);
    uint8_t i = 1;
    while (i + 1 < config->points && x > sign * config->counts[i])
        i++;
    const int32_t x0 = sign * config->counts[i - 1], width = sign * config->counts[i] - x0;
    const int32_t along = x < x0 ? 0 : x > x0 + width ? width : x - x0;
    const int32_t rise = config->moisture[i] - config->moisture[i - 1];
    return (int16_t)(config->moisture[i - 1] + (along * rise + width / 2) / width);
}

static int is_stuck(mk_probe *probe, uint16_t counts)
{
    if (probe->run == 0 || counts < probe->lowest)
        probe->lowest = counts;
    if (probe->run == 0 || counts > probe->highest)
        probe->highest = counts;
    if (probe->run < probe->config->stuck_samples)
        probe->run++;
    if (probe->highest - probe->lowest > probe->config->stuck_band) {
        probe->lowest = probe->highest = counts;
        probe->run = 1;
    }
    return probe->run >= probe->config->stuck_samples;
}

static int leaps(const mk_probe_config *config, int16_t from, int16_t to, uint8_t wetted)
{
    return to < from ? from - to > config->fall : !wetted && to - from > config->rise;
}

/* Whether the moisture is too far from the last good one, and not yet believed. */
static int jumps(mk_probe *probe, int16_t moisture, uint8_t wetted)
{
    const mk_probe_config *const config = probe->config;
    if (probe->level != MISSING && leaps(config, probe->level, moisture, wetted)) {
        const int same = probe->jumps && !leaps(config, probe->candidate, moisture, wetted);
        probe->candidate = moisture;
        probe->jumps = same ? (uint8_t)(probe->jumps + 1u) : 1;
        if (probe->jumps <= config->confirm)
            return 1;
    }
    probe->level = moisture;
    probe->jumps = 0;
    return 0;
}

uint8_t mk_probe_process(mk_probe *probe, uint16_t counts, int16_t temperature, uint8_t wetted, int16_t *moisture)
{
    const mk_probe_config *const config = probe->config;
    uint8_t faults = 0;
    if (counts <= config->short_max)
        faults |= MK_PROBE_SHORT;
    if (counts >= config->open_min)
        faults |= MK_PROBE_OPEN;
    const int32_t steady = steadied(config, counts, temperature);
    if (falling(config) ? steady > config->air : steady < config->air)
        faults |= MK_PROBE_AIR;
    if (is_stuck(probe, counts))
        faults |= MK_PROBE_STUCK;
    const int16_t value = mk_probe_moisture(config, counts, temperature);
    /* a broken probe's moisture is no level to compare with */
    if (!faults && jumps(probe, value, wetted))
        faults |= MK_PROBE_JUMP;
    *moisture = faults ? MISSING : value;
    return faults;
}
