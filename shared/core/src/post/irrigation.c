#include "motekit/post_irrigation.h"

#define UNKNOWN_TEMPERATURE (-32768)

static int short_enough(uint32_t time)
{
    return time >= 1 && time <= MK_IRRIGATION_MAX_TIME;
}

mk_status mk_irrigation_init(mk_irrigation *irrigation, const mk_irrigation_config *config)
{
    if (!irrigation || !config || config->tick_s == 0 || config->pulse_s < config->tick_s ||
        config->pulse_s > config->max_open_s || config->soak_s == 0 || !short_enough(config->interval_s) ||
        !short_enough(config->period_s) || config->period_s < config->tick_s ||
        config->limit_s > MK_IRRIGATION_MAX_TIME || config->rain_delay_s > MK_IRRIGATION_MAX_TIME ||
        config->rain_min == 0 || config->frost_on == UNKNOWN_TEMPERATURE || config->frost_off < config->frost_on ||
        config->rate == 0 || config->efficiency == 0 || config->efficiency > 100 || config->start > 200 ||
        config->stop >= config->start)
        return MK_ERR_ARG;
    irrigation->config = config;
    irrigation->record.wait_s = config->interval_s;
    irrigation->record.rain_wait_s = 0;
    irrigation->record.period_left_s = config->period_s;
    irrigation->record.period_open_s = 0;
    irrigation->owed_s = 0;
    irrigation->open_s = 0;
    irrigation->rain = 0;
    irrigation->state = MK_IRRIGATION_HOLD;
    irrigation->reason = MK_IRRIGATION_BY_INTERVAL;
    irrigation->faults = 0;
    irrigation->frosty = 1;
    return MK_OK;
}

static uint32_t at_most(uint32_t x, uint32_t limit)
{
    return x < limit ? x : limit;
}

void mk_irrigation_restore(mk_irrigation *irrigation, const mk_irrigation_record *record)
{
    const mk_irrigation_config *const config = irrigation->config;
    irrigation->record.wait_s = at_most(record->wait_s, config->interval_s);
    irrigation->record.rain_wait_s = at_most(record->rain_wait_s, config->rain_delay_s);
    irrigation->record.period_open_s = at_most(record->period_open_s, config->limit_s);
    if (record->period_left_s >= 1 && record->period_left_s <= config->period_s)
        irrigation->record.period_left_s = record->period_left_s;
}

void mk_irrigation_save(const mk_irrigation *irrigation, mk_irrigation_record *record)
{
    const mk_irrigation_config *const config = irrigation->config;
    *record = irrigation->record;
    if (irrigation->state == MK_IRRIGATION_WATERING || irrigation->state == MK_IRRIGATION_SOAKING)
        record->wait_s = config->interval_s;
    if (irrigation->state == MK_IRRIGATION_WATERING)
        record->period_open_s = at_most(record->period_open_s + config->pulse_s, config->limit_s);
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a > b ? a - b : 0;
}

static void pass_time(mk_irrigation *irrigation, uint32_t elapsed_s)
{
    mk_irrigation_record *const record = &irrigation->record;
    record->wait_s = less(record->wait_s, elapsed_s);
    record->rain_wait_s = less(record->rain_wait_s, elapsed_s);
    if (elapsed_s >= record->period_left_s) {
        const uint32_t period_s = irrigation->config->period_s;
        record->period_left_s = period_s - (elapsed_s - record->period_left_s) % period_s;
        record->period_open_s = 0;
        irrigation->rain = 0;
    } else {
        record->period_left_s -= elapsed_s;
    }
    if (irrigation->state == MK_IRRIGATION_WATERING) {
        const uint32_t open_s = at_most(elapsed_s, MK_IRRIGATION_MAX_TIME);
        irrigation->open_s += open_s;
        record->period_open_s += open_s;
        irrigation->owed_s = less(irrigation->owed_s, open_s);
    }
}

static void feel_weather(mk_irrigation *irrigation, const mk_irrigation_input *input)
{
    const mk_irrigation_config *const config = irrigation->config;
    irrigation->rain = at_most(irrigation->rain + input->rain, config->rain_min);
    if (irrigation->rain >= config->rain_min && input->rain > 0)
        irrigation->record.rain_wait_s = config->rain_delay_s;
    if (input->temperature == UNKNOWN_TEMPERATURE || input->temperature <= config->frost_on)
        irrigation->frosty = 1;
    else if (input->temperature > config->frost_off)
        irrigation->frosty = 0;
}

/* Percent of the readily available water, in 1/100 mm. */
static uint32_t level(const mk_irrigation_input *input, uint8_t percent)
{
    return (uint32_t)input->readily * percent / 100u;
}

/* What forbids an open valve now, whatever the state. */
static uint8_t forbidden(const mk_irrigation *irrigation, const mk_irrigation_input *input)
{
    const mk_irrigation_config *const config = irrigation->config;
    if (input->depletion == MK_IRRIGATION_UNKNOWN_WATER || input->readily == MK_IRRIGATION_UNKNOWN_WATER ||
        input->readily == 0)
        return MK_IRRIGATION_BY_UNKNOWN;
    if (irrigation->record.rain_wait_s)
        return MK_IRRIGATION_BY_RAIN;
    if (irrigation->frosty)
        return MK_IRRIGATION_BY_FROST;
    if (!input->allowed)
        return MK_IRRIGATION_BY_HOURS;
    if (irrigation->record.period_open_s + config->tick_s > config->limit_s)
        return MK_IRRIGATION_BY_LIMIT;
    if (input->depletion <= level(input, config->stop))
        return MK_IRRIGATION_BY_WATER;
    return MK_IRRIGATION_NO_REASON;
}

/* Seconds of open valve that bring the depletion down to the lower level. */
static uint32_t needed_s(const mk_irrigation_config *config, const mk_irrigation_input *input)
{
    const uint32_t water = input->depletion - level(input, config->stop);
    return at_most(water * 3600u / config->rate, MK_IRRIGATION_MAX_TIME) * 100u / config->efficiency;
}

static void rest(mk_irrigation *irrigation, uint8_t state, uint32_t wait_s, uint8_t reason)
{
    irrigation->state = state;
    irrigation->reason = reason;
    irrigation->record.wait_s = wait_s;
    irrigation->open_s = 0;
    if (state != MK_IRRIGATION_SOAKING)
        irrigation->owed_s = 0;
}

static void water(mk_irrigation *irrigation)
{
    irrigation->state = MK_IRRIGATION_WATERING;
    irrigation->reason = MK_IRRIGATION_NO_REASON;
}

static void decide(mk_irrigation *irrigation, const mk_irrigation_input *input)
{
    const mk_irrigation_config *const config = irrigation->config;
    const uint8_t reason = forbidden(irrigation, input);
    switch (irrigation->state) {
    case MK_IRRIGATION_FAULT:
        rest(irrigation, MK_IRRIGATION_HOLD, config->interval_s, MK_IRRIGATION_BY_INTERVAL);
        return;
    case MK_IRRIGATION_HOLD:
        irrigation->reason = MK_IRRIGATION_BY_INTERVAL;
        if (irrigation->record.wait_s)
            return;
        irrigation->state = MK_IRRIGATION_IDLE;
        /* fall through */
    case MK_IRRIGATION_IDLE:
        irrigation->reason = reason;
        if (reason)
            return;
        irrigation->reason = MK_IRRIGATION_BY_WATER;
        if (input->depletion < level(input, config->start))
            return;
        irrigation->owed_s = needed_s(config, input);
        if (irrigation->owed_s) {
            irrigation->faults = 0;
            water(irrigation);
        }
        return;
    case MK_IRRIGATION_WATERING:
        if (reason || irrigation->owed_s == 0)
            rest(irrigation, MK_IRRIGATION_HOLD, config->interval_s, reason ? reason : MK_IRRIGATION_BY_WATER);
        else if (irrigation->open_s + config->tick_s > config->pulse_s)
            rest(irrigation, MK_IRRIGATION_SOAKING, config->soak_s, MK_IRRIGATION_BY_SOAKING);
        return;
    default:
        if (reason || irrigation->owed_s == 0)
            rest(irrigation, MK_IRRIGATION_HOLD, config->interval_s, reason ? reason : MK_IRRIGATION_BY_WATER);
        else if (irrigation->record.wait_s == 0)
            water(irrigation);
        return;
    }
}

int mk_irrigation_process(mk_irrigation *irrigation, const mk_irrigation_input *input)
{
    const mk_irrigation_config *const config = irrigation->config;
    uint8_t faults = input->faults;
    if (irrigation->state == MK_IRRIGATION_WATERING && (input->elapsed_s == 0 || input->elapsed_s > config->tick_s))
        faults |= MK_IRRIGATION_LATE;
    if (irrigation->state > MK_IRRIGATION_FAULT)
        faults |= MK_IRRIGATION_STATE;
    pass_time(irrigation, input->elapsed_s);
    feel_weather(irrigation, input);
    if (!faults)
        decide(irrigation, input);
    /* the last word: whatever was decided, an open valve must be able to wait for the next call */
    if (!faults && irrigation->state == MK_IRRIGATION_WATERING &&
        irrigation->open_s + config->tick_s > config->max_open_s)
        faults = MK_IRRIGATION_STATE;
    if (faults) {
        rest(irrigation, MK_IRRIGATION_FAULT, config->interval_s, MK_IRRIGATION_BY_FAULT);
        irrigation->faults = faults;
    }
    return irrigation->state == MK_IRRIGATION_WATERING;
}
