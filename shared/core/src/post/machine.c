#include "motekit/post_machine.h"

#include <string.h>

#include "motekit/dsp_math.h"

#define NO_NAME 255u
/* rows before a zone is said: one knock is no zone */
#define ZONE_ROWS 5u

static void say(mk_machine *machine, uint16_t code, int32_t value)
{
    if (machine->event_count < MK_MACHINE_EVENTS)
        machine->events[machine->event_count++] = (mk_machine_event){machine->tenths, code, value};
}

static uint32_t width_of(const mk_machine *machine)
{
    return (uint32_t)machine->config->bearing.lines + machine->config->bearing.shape.bands;
}

static void put_float(uint8_t *p, float x)
{
    const uint32_t bits = mk_float_bits(x);
    for (uint32_t i = 0; i < 4; i++)
        p[i] = (uint8_t)(bits >> (8u * i));
}

static float get_float(const uint8_t *p)
{
    return mk_float_from((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24);
}

/* Baseline as bytes: the same on every core. */
static void pack(const mk_anomaly_baseline *baseline, uint8_t *bytes)
{
    memset(bytes, 0, MK_MACHINE_RECORD);
    for (uint32_t i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(baseline->rows >> (8u * i));
    put_float(bytes + 4, baseline->score_mean);
    put_float(bytes + 8, baseline->score_deviation);
    for (uint32_t i = 0; i < MK_ANOMALY_DIMS; i++)
        put_float(bytes + 12 + 4 * i, baseline->mean[i]);
    for (uint32_t i = 0; i < MK_ANOMALY_PACKED; i++)
        put_float(bytes + 12 + 4 * MK_ANOMALY_DIMS + 4 * i, baseline->covariance[i]);
}

static void unpack(const uint8_t *bytes, mk_anomaly_baseline *baseline)
{
    baseline->rows = (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    baseline->score_mean = get_float(bytes + 4);
    baseline->score_deviation = get_float(bytes + 8);
    for (uint32_t i = 0; i < MK_ANOMALY_DIMS; i++)
        baseline->mean[i] = get_float(bytes + 12 + 4 * i);
    for (uint32_t i = 0; i < MK_ANOMALY_PACKED; i++)
        baseline->covariance[i] = get_float(bytes + 12 + 4 * MK_ANOMALY_DIMS + 4 * i);
}

mk_status mk_machine_init(mk_machine *machine, const mk_machine_config *config, const mk_flash *flash, float *memory,
                          float *scratch)
{
    if (!machine || !config || !config->values.starts || !config->values.members || !config->evidence.starts ||
        !config->evidence.members || !config->center || !config->scale || (config->whitener && !config->means) ||
        config->classes < 2 || config->classes > MK_MACHINE_CLASSES || !(config->input_scale > 0.0f) ||
        !(config->zones[0] > 0.0f && config->zones[0] < config->zones[1] && config->zones[1] < config->zones[2]) ||
        !(config->trend_s > 0.0f))
        return MK_ERR_ARG;
    memset(machine, 0, sizeof *machine);
    machine->config = config;
    machine->said = NO_NAME;
    mk_status status = mk_bearing_init(&machine->bearing, &config->bearing, memory, scratch);
    if (status == MK_OK)
        status = mk_anomaly_init(&machine->anomaly, &config->anomaly);
    if (status == MK_OK && flash)
        status = mk_journal_init(&machine->journal, flash, MK_MACHINE_RECORD, config->schema);
    if (status != MK_OK)
        return status;
    for (uint32_t i = 0; i < config->values.starts[config->anomaly.dims]; i++)
        if (config->values.members[i] >= width_of(machine) + 3u)
            return MK_ERR_ARG;
    for (uint32_t i = 0; i < config->evidence.starts[config->classes]; i++)
        if (config->evidence.members[i] >= width_of(machine))
            return MK_ERR_ARG;
    const uint8_t *const kept = flash ? mk_journal_load(&machine->journal) : 0;
    if (kept) {
        mk_anomaly_baseline baseline;
        unpack(kept, &baseline);
        if (mk_anomaly_restore(&machine->anomaly, &baseline) == MK_OK) {
            say(machine, MK_MACHINE_RESTORED, (int32_t)baseline.rows);
            return MK_OK;
        }
    }
    return mk_anomaly_learn(&machine->anomaly);
}

static float input(const mk_machine *machine, uint32_t number)
{
    const uint32_t width = width_of(machine);
    return number < width ? machine->row.features[number] : machine->levels[number - width];
}

static float group_mean(const mk_machine *machine, const mk_machine_groups *groups, uint32_t group)
{
    float sum = 0.0f;
    const uint32_t first = groups->starts[group], end = groups->starts[group + 1u];
    for (uint32_t i = first; i < end; i++)
        sum += input(machine, groups->members[i]);
    return end > first ? mk_div(sum, (float)(end - first)) : 0.0f;
}

static float log_of(float x)
{
    return mk_ln(x > 1e-9f ? x : 1e-9f);
}

static void prepare(mk_machine *machine)
{
    const mk_machine_config *const config = machine->config;
    const uint32_t width = width_of(machine);
    for (uint32_t i = 0; i < width; i++) {
        const float z = (machine->row.features[i] - config->center[i]) * config->scale[i];
        const float q = mk_div(z, config->input_scale) + (float)config->input_zero;
        const float rounded = q < 0.0f ? q - 0.5f : q + 0.5f;
        machine->input[i] = (int8_t)(rounded >= 127.0f ? 127 : rounded <= -128.0f ? -128 : (int32_t)rounded);
    }
    machine->levels[0] = log_of(machine->row.rms);
    machine->levels[1] = log_of(machine->row.velocity);
    machine->levels[2] = machine->row.band_kurtosis;
}

static void count_time(mk_machine *machine, uint32_t samples)
{
    const uint32_t tenth = (uint32_t)(machine->config->bearing.rate_hz * 0.1f + 0.5f);
    machine->tenth_samples += samples;
    machine->tenths += machine->tenth_samples / tenth;
    machine->tenth_samples %= tenth;
}

uint32_t mk_machine_push(mk_machine *machine, const int16_t *frames, uint32_t n, uint8_t *done)
{
    *done = 0;
    if (machine->skip) { /* the core stood while flash was erased */
        const uint32_t lost = machine->skip < n ? machine->skip : n;
        machine->skip -= lost;
        machine->lost += lost;
        count_time(machine, lost);
        if (machine->skip == 0) {
            machine->event_count = 0;
            say(machine, MK_MACHINE_LOST, (int32_t)machine->lost);
            machine->lost = 0;
            mk_bearing_reset(&machine->bearing);
        }
        return lost;
    }
    const uint32_t taken = mk_bearing_push(&machine->bearing, frames, n, &machine->row, done);
    for (uint32_t i = 0; i < taken; i++) {
        const int16_t rpm = frames[2u * i + 1u];
        const uint8_t button = rpm < 0 && rpm != MK_BEARING_MISSING;
        if (button && !machine->button)
            machine->learn_asked = 1;
        machine->button = button;
    }
    count_time(machine, taken);
    machine->event_count = 0;
    if (*done)
        prepare(machine);
    return taken;
}

/* Whether the class's mechanism shows: bit c of the result. */
static uint32_t shown(const mk_machine *machine)
{
    const mk_machine_config *const config = machine->config;
    float evidence[MK_MACHINE_CLASSES];
    uint32_t found = 0;
    for (uint32_t c = 0; c < config->classes; c++)
        evidence[c] = group_mean(machine, &config->evidence, c);
    for (uint32_t c = 1; c < config->classes; c++) {
        uint32_t best = evidence[c] >= config->least_evidence[c];
        for (uint32_t other = 1; other < config->classes; other++)
            best = best && (other == c || evidence[c] > evidence[other]);
        found |= best << c;
    }
    return found;
}

static float distance(const mk_machine *machine, uint32_t class)
{
    const mk_machine_config *const config = machine->config;
    const uint32_t width = width_of(machine);
    const float *w = config->whitener, *const mean = config->means + class * width;
    float z[MK_BEARING_WIDTH], total = 0.0f;
    for (uint32_t i = 0; i < width; i++) {
        float sum = 0.0f;
        z[i] = (machine->row.features[i] - config->center[i]) * config->scale[i];
        for (uint32_t j = 0; j <= i; j++)
            sum += *w++ * z[j];
        total += (sum - mean[i]) * (sum - mean[i]);
    }
    return mk_div(total, (float)width);
}

static uint8_t name_of(mk_machine *machine, const int8_t *scores)
{
    const mk_machine_config *const config = machine->config;
    const uint32_t evident = shown(machine);
    uint8_t best = 0;
    for (uint8_t c = 1; c < config->classes; c++)
        if (scores[c] > scores[best])
            best = c;
    machine->evident = evident != 0;
    machine->distance = config->whitener ? distance(machine, best) : 0.0f;
    if (best == 0)
        return 0;
    const int near = config->whitener && machine->distance <= config->nearest;
    return (near || (evident >> best & 1u)) && scores[best] >= config->least_score ? best : config->classes;
}

static void save(mk_machine *machine)
{
    if (!machine->journal.flash)
        return;
    uint8_t bytes[MK_MACHINE_RECORD];
    const uint32_t erases = machine->journal.erases;
    pack(&machine->anomaly.baseline, bytes);
    const mk_status status = mk_journal_save(&machine->journal, bytes);
    if (status != MK_OK)
        say(machine, MK_MACHINE_STORE, (int32_t)status);
    const uint32_t lost = (machine->journal.erases - erases) *
                          (uint32_t)((float)machine->config->erase_ms * machine->config->bearing.rate_hz * 0.001f);
    if (machine->journal.flash->simulated) {
        machine->skip += lost;
    } else if (lost) {
        say(machine, MK_MACHINE_LOST, (int32_t)lost);
        mk_bearing_reset(&machine->bearing);
    }
}

static void vote(mk_machine *machine, uint8_t name)
{
    machine->name = name;
    machine->votes[machine->vote_next] = name;
    machine->vote_next = (uint8_t)((machine->vote_next + 1u) % MK_MACHINE_VOTES);
    if (machine->vote_count < MK_MACHINE_VOTES)
        machine->vote_count++;
    if (machine->anomaly.level == MK_ANOMALY_NORMAL || machine->anomaly.state != MK_ANOMALY_WATCHING) {
        machine->said = NO_NAME;
        return;
    }
    if (machine->vote_count < MK_MACHINE_VOTES)
        return;
    uint8_t elected = machine->config->classes; /* unknown, unless most rows agree on a fault */
    for (uint8_t c = 1; c < machine->config->classes; c++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < MK_MACHINE_VOTES; i++)
            count += machine->votes[i] == c;
        if (2u * count > MK_MACHINE_VOTES)
            elected = c;
    }
    if (elected != machine->said) {
        machine->said = elected;
        say(machine, MK_MACHINE_FAULT, elected);
    }
}

static void watch_zone(mk_machine *machine)
{
    uint8_t zone = 0;
    while (zone < MK_MACHINE_ZONES && machine->row.velocity > machine->config->zones[zone])
        zone++;
    machine->zone_rows = zone == machine->zone ? 0 : (uint8_t)(machine->zone_rows + 1u);
    if (machine->zone_rows == ZONE_ROWS) {
        machine->zone = zone;
        machine->zone_rows = 0;
        say(machine, MK_MACHINE_ZONE, zone);
    }
}

static void watch_trend(mk_machine *machine)
{
    const mk_machine_config *const config = machine->config;
    machine->trend_sum += machine->row.velocity * machine->row.seconds;
    machine->trend_seconds += machine->row.seconds;
    if (machine->trend_seconds < config->trend_s)
        return;
    if (machine->trend_count == MK_TREND_MOST) {
        memmove(machine->trend_t, machine->trend_t + 1, sizeof machine->trend_t - sizeof machine->trend_t[0]);
        memmove(machine->trend_y, machine->trend_y + 1, sizeof machine->trend_y - sizeof machine->trend_y[0]);
        machine->trend_count--;
    }
    /* minutes */
    machine->trend_t[machine->trend_count] = mk_div((float)machine->tenths, 600.0f);
    machine->trend_y[machine->trend_count++] = mk_div(machine->trend_sum, machine->trend_seconds);
    machine->trend_sum = machine->trend_seconds = 0.0f;
    if (mk_trend_process(machine->trend_t, machine->trend_y, machine->trend_count, config->zones[MK_MACHINE_ZONES - 1],
                         machine->bearing.scratch, &machine->trend) == MK_OK &&
        machine->trend.rises && machine->trend.time_to < 1e6f)
        say(machine, MK_MACHINE_TREND, (int32_t)machine->trend.time_to);
}

static void watch_sensor(mk_machine *machine)
{
    const uint8_t flags = machine->row.quality;
    machine->faulty = flags ? (uint8_t)(machine->faulty < 255u ? machine->faulty + 1u : 255u) : 0u;
    if (machine->faulty == MK_MACHINE_FAULTY && !machine->sensor_fault) {
        machine->sensor_fault = 1;
        say(machine, MK_MACHINE_SENSOR, flags);
    } else if (!flags && machine->sensor_fault) {
        machine->sensor_fault = 0;
        say(machine, MK_MACHINE_SENSOR, 0);
    }
}

static float spectral_distance(const mk_machine *machine, const float *values)
{
    const uint32_t first = machine->config->shape_from, end = machine->config->anomaly.dims;
    float total = 0.0f;
    if (!machine->anomaly.watched || first >= end)
        return 0.0f;
    for (uint32_t d = first; d < end; d++) {
        const float away = values[d] - machine->anomaly.baseline.mean[d];
        total += away * away;
    }
    /* 10 / ln 10 */
    return 4.34294482f * mk_sqrt(mk_div(total, (float)(end - first)));
}

static void conclude(mk_machine *machine, const int8_t *scores, const float *values)
{
    uint8_t *const verdict = machine->verdict;
    memset(verdict, 0, MK_MACHINE_VERDICT);
    for (uint32_t c = 0; c < machine->config->classes; c++)
        verdict[c] = (uint8_t)scores[c];
    verdict[6] = machine->name;
    verdict[7] = (uint8_t)(machine->anomaly.state | machine->anomaly.level << 2 | machine->zone << 4);
    put_float(verdict + 8, machine->anomaly.score);
    put_float(verdict + 12, machine->row.velocity);
    put_float(verdict + 16, machine->row.rms);
    put_float(verdict + 20, machine->row.rms > 0.0f ? mk_div(machine->row.peak, machine->row.rms) : 0.0f);
    put_float(verdict + 24, machine->row.kurtosis);
    put_float(verdict + 28, spectral_distance(machine, values));
}

void mk_machine_judge(mk_machine *machine, const int8_t *scores)
{
    const mk_machine_config *const config = machine->config;
    const uint8_t name = name_of(machine, scores);
    uint8_t sane = machine->row.quality == 0;
    watch_sensor(machine);
    if (machine->learn_asked) {
        machine->learn_asked = 0;
        if (mk_anomaly_learn(&machine->anomaly) != MK_OK)
            say(machine, MK_MACHINE_REFUSED, 0);
    }
    if (machine->anomaly.state == MK_ANOMALY_LEARNING &&
        (machine->row.velocity > config->zones[MK_MACHINE_ZONES - 1] || machine->evident ||
         machine->row.kurtosis > config->most_kurtosis))
        sane = 0;
    float values[MK_ANOMALY_DIMS];
    for (uint32_t d = 0; d < config->anomaly.dims; d++)
        values[d] = group_mean(machine, &config->values, d);
    const uint32_t happened = mk_anomaly_process(&machine->anomaly, values, sane);
    if (happened & MK_ANOMALY_REFUSED)
        say(machine, MK_MACHINE_REFUSED, 1);
    if (happened & MK_ANOMALY_LEARNED) {
        say(machine, MK_MACHINE_LEARNED, (int32_t)machine->anomaly.baseline.rows);
        save(machine);
    }
    if (happened & MK_ANOMALY_LEVEL_CHANGED) {
        const float score = machine->anomaly.smoothed < 1000.0f ? machine->anomaly.smoothed : 1000.0f;
        say(machine, MK_MACHINE_LEVEL, (int32_t)machine->anomaly.level << 24 | (int32_t)(1000.0f * score));
    }
    if (machine->row.quality == 0) {
        vote(machine, name);
        watch_zone(machine);
        watch_trend(machine);
    } else {
        machine->name = config->classes;
    }
    conclude(machine, scores, values);
}
