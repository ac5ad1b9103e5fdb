#include "motekit/post_gardener.h"

#include <string.h>

#define MISSING MK_GARDENER_MISSING
enum { ENOUGH = 18 };           /* hours with a reading that make a day's figure */
enum { TOP_MM = 150, UPPER_MM = 75 }; /* the soil that the forecast stands for, and the upper probe's half of it */
enum { STIRRED_H = 6 };         /* after water the probes may rise */
enum { IDLE_S = 60 };           /* between two calls of a machine whose valve is closed */
enum { LONGEST_GAP_D = 30 };

static void tell(const mk_gardener *gardener, uint16_t code, int32_t value)
{
    if (gardener->sink->event)
        gardener->sink->event(gardener->sink->context, gardener->at, code, value);
}

static void begin_sums(mk_gardener_sums *sums)
{
    memset(sums, 0, sizeof *sums);
    sums->t_min = sums->humidity_min = INT16_MAX;
    sums->t_max = sums->humidity_max = INT16_MIN;
}

mk_status mk_gardener_init(mk_gardener *gardener, const mk_gardener_config *config,
                           const mk_gardener_forecast *forecast, const mk_gardener_sink *sink, void *arena)
{
    if (!gardener || !config || !forecast || !forecast->model || !sink || !arena || config->stop >= config->start ||
        config->start > 150 || config->finish > 150 || config->from > 23 || config->until > 23 ||
        config->blind_days == 255 || config->irrigation.start != 100 || config->irrigation.stop != 0)
        return MK_ERR_ARG;
    const MK_FLASH mk_nn_model *const model = forecast->model;
    if (model->inputs != 1 || model->outputs != 1 || model->input->dtype != MK_INT8 ||
        model->output->dtype != MK_INT8 || model->input->bytes != MK_MOISTURE_FEATURES ||
        model->output->bytes != MK_GARDENER_OUTPUTS || model->arena_bytes < 2 * MK_MOISTURE_FEATURES)
        return MK_ERR_FORMAT;
    const mk_status status = mk_quantizer_check(&forecast->quantizer);
    if (status != MK_OK)
        return status;
    gardener->config = config;
    gardener->forecast = forecast;
    gardener->sink = sink;
    gardener->arena = arena;
    return mk_gardener_reset(gardener);
}

mk_status mk_gardener_reset(mk_gardener *gardener)
{
    const mk_gardener_config *const config = gardener->config;
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++) {
        const mk_status status = mk_probe_init(&gardener->probe[i], &config->probe[i]);
        if (status != MK_OK)
            return status;
        gardener->now[i] = MISSING;
        gardener->probe_faults[i] = 0;
    }
    mk_moisture_init(&gardener->moisture);
    begin_sums(&gardener->sums);
    gardener->change[0] = gardener->change[1] = MISSING;
    gardener->ahead = gardener->target = gardener->begin = gardener->rain = 0;
    gardener->part = gardener->at = 0;
    gardener->clock = gardener->air = MISSING;
    gardener->wet = 255;
    gardener->blind = gardener->faults = gardener->told = 0;
    gardener->new_fault = gardener->allowed = gardener->open = 0;
    mk_status status = mk_rootzone_init(&gardener->zone, &config->zone);
    if (status == MK_OK)
        status = mk_irrigation_init(&gardener->irrigation, &config->irrigation);
    return status == MK_OK ? gardener->forecast->model->init(gardener->arena) : status;
}

void mk_gardener_save(const mk_gardener *gardener, mk_gardener_record *record)
{
    mk_irrigation_save(&gardener->irrigation, &record->irrigation);
    record->clock = gardener->clock;
    record->depletion = gardener->zone.depletion;
    record->usual = gardener->zone.usual;
    record->day = gardener->zone.day;
}

/* ---- a day ---- */

/* Radiation above the atmosphere: a line between the points of the table, which lie 14 days apart. */
static int16_t radiation(const mk_gardener_config *config, uint16_t day_of_year)
{
    const uint16_t since = (uint16_t)(day_of_year - 1u);
    uint8_t part = (uint8_t)(since / 14u);
    if (part >= MK_GARDENER_YEAR_PARTS)
        part = MK_GARDENER_YEAR_PARTS - 1;
    const int16_t a = config->above[part], b = config->above[part + 1 < MK_GARDENER_YEAR_PARTS ? part + 1 : 0];
    return (int16_t)(a + (int32_t)(b - a) * (since - 14 * part) / 14);
}

static int16_t mean(int32_t sum, uint8_t count)
{
    return count < ENOUGH ? MISSING : (int16_t)(sum / count);
}

/* What is large on the stack shall not lie there while the sink works: on a small processor each of these returns
 * before it is called. */
#if defined(__GNUC__)
#define NOT_INLINE __attribute__((noinline))
#else
#define NOT_INLINE
#endif

NOT_INLINE static mk_status make_features(mk_gardener *gardener, int16_t above, int16_t *features)
{
    const mk_gardener_sums *const sums = &gardener->sums;
    const mk_moisture_day day = {
        {mean(sums->moisture[0], sums->moistures[0]), mean(sums->moisture[1], sums->moistures[1])},
        sums->rains < ENOUGH ? MISSING : (int16_t)(sums->rain > 5000u ? 5000u : sums->rain),
        sums->airs < ENOUGH ? MISSING : sums->t_max,
        sums->airs < ENOUGH ? MISSING : sums->t_min,
        mean(sums->humidity, sums->humidities),
        sums->humidities < ENOUGH ? MISSING : sums->humidity_min,
        sums->humidities < ENOUGH ? MISSING : sums->humidity_max,
        sums->lights < ENOUGH ? MISSING : (int16_t)(sums->light > 60000 ? 6000 : sums->light / 10),
        above,
        mean(sums->soil, sums->soils),
    };
    return mk_moisture_process(&gardener->moisture, &day, features);
}

NOT_INLINE static mk_status infer(const mk_gardener *gardener, const int16_t *features)
{
    /* the features lie in the arena, where the input goes */
    const mk_gardener_forecast *const forecast = gardener->forecast;
    int8_t input[MK_MOISTURE_FEATURES];
    mk_quantizer_process(&forecast->quantizer, features, input, MK_MOISTURE_FEATURES);
    memcpy((uint8_t *)gardener->arena + forecast->model->input->offset, input, sizeof input);
    return forecast->model->invoke(gardener->arena);
}

/* Features, forecast and their reports. */
static mk_status look_ahead(mk_gardener *gardener, int16_t above)
{
    const mk_gardener_sums *const sums = &gardener->sums;
    const mk_gardener_forecast *const forecast = gardener->forecast;
    int16_t *const features = gardener->arena;
    mk_status status = make_features(gardener, above, features);
    if (status != MK_OK)
        return status;
    if (gardener->sink->features)
        gardener->sink->features(gardener->sink->context, features);
    status = infer(gardener, features);
    if (status != MK_OK)
        return status;
    const int8_t *const scores = (const int8_t *)gardener->arena + forecast->model->output->offset;
    if (gardener->sink->scores)
        gardener->sink->scores(gardener->sink->context, scores);
    const uint8_t seen = sums->moistures[0] >= ENOUGH && sums->moistures[1] >= ENOUGH;
    if (seen != (gardener->change[0] != MISSING))
        tell(gardener, MK_GARDENER_BLIND, !seen);
    for (uint8_t i = 0; i < 2; i++)
        gardener->change[i] = (int16_t)(seen ? ((int32_t)scores[2 * i] - forecast->zero) * forecast->scale[2 * i] / 256
                                             : MISSING);
    return MK_OK;
}

/* What the day to come will take: the forecast for the top, the balance for what lies below. */
static uint16_t expected(const mk_gardener *gardener)
{
    const mk_rootzone *const zone = &gardener->zone;
    const uint16_t need = mk_rootzone_need(zone);
    if (gardener->change[0] == MISSING || zone->day < 0)
        return need;
    /* roots take evenly less with depth */
    const uint16_t top = zone->roots < TOP_MM ? zone->roots : TOP_MM;
    const uint32_t part = (uint32_t)top * 256u / zone->roots;
    const uint16_t usual = (uint16_t)((uint32_t)need * part * (512u - part) / 65536u);
    const uint16_t upper = top < UPPER_MM ? top : UPPER_MM;
    int32_t forecast = -((int32_t)gardener->change[0] * upper + (int32_t)gardener->change[1] * (top - upper)) / 100;
    forecast = forecast < 0 ? 0 : forecast > 2 * (int32_t)usual ? 2 * (int32_t)usual : forecast;
    return (uint16_t)(need - usual + (uint16_t)forecast);
}

static uint16_t percent(uint16_t water, uint8_t part)
{
    const uint32_t result = (uint32_t)water * part / 100u;
    return (uint16_t)(result > 65534u ? 65534u : result);
}

static void decide_levels(mk_gardener *gardener)
{
    const mk_gardener_config *const config = gardener->config;
    const uint16_t readily = gardener->zone.readily, rest = mk_rootzone_rest(&gardener->zone);
    const uint16_t finish = percent(readily, config->finish);
    gardener->begin = percent(readily, config->start);
    gardener->target = percent(readily, config->stop);
    if (finish > rest && finish - rest > gardener->target)
        gardener->target = (uint16_t)(finish - rest);
    gardener->ahead = expected(gardener);
}

static void begin_day(mk_gardener *gardener, uint16_t day_of_year)
{
    mk_rootzone_begin(&gardener->zone, day_of_year);
    decide_levels(gardener);
    tell(gardener, MK_GARDENER_DAY, (int32_t)((uint32_t)gardener->zone.depletion << 16 | gardener->zone.readily));
}

static void end_day(mk_gardener *gardener, uint16_t day_of_year)
{
    const mk_gardener_sums *const sums = &gardener->sums;
    const int16_t above = radiation(gardener->config, day_of_year);
    if (look_ahead(gardener, above) != MK_OK)
        gardener->change[0] = gardener->change[1] = MISSING;
    mk_rootzone_end(&gardener->zone, sums->airs < ENOUGH ? MK_ROOTZONE_UNKNOWN
                                                         : mk_rootzone_et0(sums->t_min, sums->t_max, above));
    mk_rootzone_see(&gardener->zone, gardener->now, gardener->config->zone.trust);
    uint8_t good = 0;
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++)
        good |= gardener->now[i] != MISSING;
    gardener->blind = good ? 0 : (uint8_t)(gardener->blind + (gardener->blind < 255));
    begin_sums(&gardener->sums);
}

/* ---- an hour ---- */

static void check_probes(mk_gardener *gardener, const mk_gardener_hour *hour)
{
    const uint8_t wetted = hour->rain == MISSING || gardener->wet <= STIRRED_H;
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++) {
        if (gardener->config->zone.probes[i] == 0)
            continue;
        uint8_t faults = MK_PROBE_OPEN;
        gardener->now[i] = MISSING;
        if (hour->counts[i] >= 0)
            faults = mk_probe_process(&gardener->probe[i], (uint16_t)hour->counts[i], hour->soil, wetted,
                                      &gardener->now[i]);
        if (faults == gardener->probe_faults[i])
            continue;
        if (faults && !gardener->probe_faults[i])
            gardener->new_fault = 1;
        gardener->probe_faults[i] = faults;
        tell(gardener, MK_GARDENER_PROBE, (int32_t)i * 256 + faults);
    }
}

static void add(int32_t *sum, uint8_t *count, int16_t value)
{
    if (value == MISSING)
        return;
    *sum += value;
    (*count)++;
}

static int16_t within(int16_t value, int16_t low, int16_t high)
{
    return value >= low && value <= high ? value : MISSING;
}

static void add_hour(mk_gardener *gardener, const mk_gardener_hour *hour)
{
    mk_gardener_sums *const sums = &gardener->sums;
    const int16_t humidity = within(hour->humidity, 0, 1100), rain = within(hour->rain, 0, 2000);
    for (uint8_t i = 0; i < 2; i++)
        add(&sums->moisture[i], &sums->moistures[i], gardener->now[i]);
    add(&sums->soil, &sums->soils, within(hour->soil, -500, 800));
    add(&sums->humidity, &sums->humidities, humidity);
    add(&sums->light, &sums->lights, within(hour->light, 0, 6000));
    sums->hours++;
    gardener->air = within(hour->air, -600, 700);
    if (gardener->air != MISSING) {
        sums->airs++;
        sums->t_min = gardener->air < sums->t_min ? gardener->air : sums->t_min;
        sums->t_max = gardener->air > sums->t_max ? gardener->air : sums->t_max;
    }
    if (humidity != MISSING) {
        sums->humidity_min = humidity < sums->humidity_min ? humidity : sums->humidity_min;
        sums->humidity_max = humidity > sums->humidity_max ? humidity : sums->humidity_max;
    }
    if (rain == MISSING)
        return;
    sums->rains++;
    if (rain) {
        const uint16_t water = (uint16_t)rain * 10u;
        sums->rain += (uint16_t)rain;
        gardener->wet = 0;
        gardener->rain = (uint16_t)(gardener->rain > 40000u ? 60000u : gardener->rain + water);
        mk_rootzone_wet(&gardener->zone, water);
    }
}

/* Hours since the last frame; 0 for a clock that is not to be believed. */
static uint16_t follow_clock(mk_gardener *gardener, int16_t clock)
{
    const int16_t last = gardener->clock;
    gardener->clock = clock;
    if (last == MISSING)
        return 1;
    /* a common year ends a day before the count does */
    if (last == 8759 && clock == 0)
        return 1;
    const uint16_t hours = (uint16_t)((clock - last + MK_GARDENER_HOURS) % MK_GARDENER_HOURS);
    return hours > MK_GARDENER_HOURS / 2 ? 0 : hours;
}

static void pass_lost_days(mk_gardener *gardener, int16_t last, int16_t clock)
{
    uint16_t day = (uint16_t)(last / 24), days = 0;
    if (gardener->sums.hours)
        end_day(gardener, (uint16_t)(day + 1u));
    while (++days <= LONGEST_GAP_D) {
        day = (uint16_t)(day + 1u < 366u ? day + 1u : 0u);
        mk_rootzone_begin(&gardener->zone, (uint16_t)(day + 1u));
        if (day == (uint16_t)(clock / 24))
            break;
        begin_sums(&gardener->sums);
        end_day(gardener, (uint16_t)(day + 1u));
    }
    decide_levels(gardener);
}

static uint8_t is_allowed(const mk_gardener *gardener, const mk_gardener_hour *hour, int doubtful)
{
    const mk_gardener_config *const config = gardener->config;
    if (doubtful && hour->light != MISSING)
        return hour->light <= config->dark;
    /* of the hour that begins */
    const uint8_t now = (uint8_t)((gardener->clock + 1) % 24);
    return config->from <= config->until ? now >= config->from && now < config->until
                                         : now >= config->from || now < config->until;
}

void mk_gardener_process(mk_gardener *gardener, const mk_gardener_hour *hour)
{
    const int doubtful = hour->clock < 0;
    const int16_t clock = (int16_t)(doubtful && hour->clock != MISSING ? -1 - hour->clock : hour->clock);
    gardener->faults &= (uint8_t)~(MK_IRRIGATION_CLOCK | MK_IRRIGATION_SUPPLY | MK_IRRIGATION_SENSOR);
    if (hour->supply != MISSING && hour->supply < gardener->config->supply_min)
        gardener->faults |= MK_IRRIGATION_SUPPLY;
    if (gardener->wet < 255)
        gardener->wet++;
    check_probes(gardener, hour);
    if (clock < 0 || clock >= MK_GARDENER_HOURS) {
        gardener->faults |= MK_IRRIGATION_CLOCK;
        gardener->air = MISSING;
        gardener->allowed = 0;
        return;
    }
    const int16_t last = gardener->clock;
    const uint16_t hours = follow_clock(gardener, clock);
    if (hours == 0)
        gardener->faults |= MK_IRRIGATION_CLOCK;
    if (last == MISSING)
        begin_day(gardener, (uint16_t)(clock / 24 + 1));
    else if (hours && clock / 24 != last / 24 && (gardener->sums.hours || hours > 24))
        pass_lost_days(gardener, last, clock);
    add_hour(gardener, hour);
    if (clock % 24 == 23) {
        const uint16_t today = (uint16_t)(clock / 24 + 1);
        end_day(gardener, today);
        begin_day(gardener, (uint16_t)(today < 366u ? today + 1u : 1u));
    }
    gardener->allowed = is_allowed(gardener, hour, doubtful);
}

/* ---- the valve ---- */

void mk_gardener_restore(mk_gardener *gardener, const mk_gardener_record *record)
{
    mk_rootzone *const zone = &gardener->zone;
    mk_irrigation_restore(&gardener->irrigation, &record->irrigation);
    if (record->clock < 0 || record->clock >= MK_GARDENER_HOURS || record->usual > 2000u)
        return;
    gardener->clock = record->clock;
    zone->usual = record->usual;
    mk_rootzone_begin(zone, (uint16_t)(record->clock / 24 + 1));
    zone->depletion = record->depletion < zone->total ? record->depletion : zone->total;
    decide_levels(gardener);
}

int mk_gardener_tick(mk_gardener *gardener, uint32_t elapsed_s, uint8_t faults)
{
    const mk_gardener_config *const config = gardener->config;
    mk_rootzone *const zone = &gardener->zone;
    gardener->at += elapsed_s;
    if (gardener->open) {
        gardener->part += elapsed_s * config->irrigation.rate * config->irrigation.efficiency;
        const uint32_t water = gardener->part / 360000u;
        gardener->part -= water * 360000u;
        mk_rootzone_wet(zone, (uint16_t)(water > 65534u ? 65534u : water));
        gardener->wet = 0;
    }
    mk_irrigation_input input = {elapsed_s, MK_IRRIGATION_UNKNOWN_WATER, MK_IRRIGATION_UNKNOWN_WATER, gardener->rain,
                                 gardener->air, gardener->allowed, 0};
    input.faults = (uint8_t)(faults | gardener->faults | (gardener->new_fault ? MK_IRRIGATION_SENSOR : 0));
    gardener->rain = 0;
    gardener->new_fault = 0;
    if (zone->day >= 0 && gardener->blind <= config->blind_days) {
        const uint32_t depletion = (uint32_t)zone->depletion + gardener->ahead;
        input.depletion = 0;
        input.readily = 1;
        if (gardener->begin > gardener->target) {
            input.readily = (uint16_t)(gardener->begin - gardener->target);
            if (depletion > gardener->target)
                input.depletion = (uint16_t)(depletion - gardener->target);
        }
    }
    const uint8_t open = (uint8_t)mk_irrigation_process(&gardener->irrigation, &input);
    if (input.faults != gardener->told) {
        gardener->told = input.faults;
        tell(gardener, MK_GARDENER_FAULT, input.faults);
    }
    if (open != gardener->open) {
        gardener->open = open;
        tell(gardener, open ? MK_GARDENER_OPENED : MK_GARDENER_CLOSED,
             open ? (int32_t)gardener->irrigation.owed_s : gardener->irrigation.reason);
    }
    return open;
}

uint32_t mk_gardener_pass(mk_gardener *gardener, uint32_t seconds)
{
    const uint16_t tick_s = gardener->config->irrigation.tick_s;
    uint32_t opened = 0;
    while (seconds) {
        const uint32_t most = gardener->open ? tick_s : IDLE_S;
        const uint32_t step = seconds < most ? seconds : most;
        opened += gardener->open ? step : 0;
        (void)mk_gardener_tick(gardener, step, 0);
        seconds -= step;
    }
    return opened;
}
