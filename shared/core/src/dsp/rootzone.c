#include "motekit/dsp_rootzone.h"

#include "motekit/dsp_root.h"

#define MISSING (-32768)
#define MOST 65534u
/* until the first day with temperatures has passed: a fair day of spring */
enum { FIRST_ET0 = 400 };

static uint16_t stage_ends(const mk_rootzone_config *config, uint8_t stage)
{
    uint16_t end = 0;
    for (uint8_t i = 0; i <= stage; i++)
        end = (uint16_t)(end + config->days[i]);
    return end;
}

mk_status mk_rootzone_init(mk_rootzone *zone, const mk_rootzone_config *config)
{
    if (!zone || !config || config->sown < 1 || config->sown > 366 || config->roots[0] < 50 ||
        config->roots[0] > config->roots[1] || config->roots[1] > 2000 || config->share < 10 || config->share > 80 ||
        config->below > 100 || config->et0 < 50 || config->et0 > 200 || config->capacity > 10000 || config->wilting >= config->capacity)
        return MK_ERR_ARG;
    for (uint8_t i = 0; i < 4; i++)
        if (config->days[i] < 1 || config->days[i] > 365)
            return MK_ERR_ARG;
    if (stage_ends(config, 3) > 365)
        return MK_ERR_ARG;
    for (uint8_t i = 1; i < MK_ROOTZONE_PROBES; i++)
        if (config->probes[i] && config->probes[i] <= config->probes[i - 1])
            return MK_ERR_ARG;
    *zone = (mk_rootzone){config, -1, config->roots[0], 0, 0, 0, FIRST_ET0, FIRST_ET0};
    return MK_OK;
}

uint16_t mk_rootzone_et0(int16_t t_min, int16_t t_max, int16_t above)
{
    const int32_t spread = t_max > t_min ? (int32_t)t_max - t_min : 0;
    const int32_t mean = ((int32_t)t_max + t_min) / 2 + 178;
    if (mean <= 0 || above <= 0)
        return 0;
    /* 0.0023 x 0.408 (mean + 17.8) sqrt(spread) Ra: sqrt in 1/100, the constant in 2^-32 of all these units */
    const uint32_t product = (uint32_t)(mean > 800 ? 800 : mean) * mk_root((uint32_t)(spread > 400 ? 400 : spread) * 1000u);
    const uint32_t et0 = ((product >> 4) * (uint16_t)above >> 12) * 4030u >> 16;
    return (uint16_t)(et0 > 2000u ? 2000u : et0);
}

/* From a to b while x goes from x0 to x1, and flat beyond. */
static uint16_t between(uint16_t a, uint16_t b, int16_t x, uint16_t x0, uint16_t x1)
{
    if (x <= (int16_t)x0)
        return a;
    if (x >= (int16_t)x1)
        return b;
    return (uint16_t)(a + ((int32_t)b - a) * (x - (int16_t)x0) / (int32_t)(x1 - x0));
}

uint8_t mk_rootzone_kc(const mk_rootzone_config *config, int16_t day)
{
    const uint16_t end = stage_ends(config, 3);
    if (day < 0 || day >= (int16_t)end)
        return 0;
    const uint16_t mid = stage_ends(config, 2);
    if (day >= (int16_t)mid)
        return (uint8_t)between(config->kc[1], config->kc[2], day, mid, end);
    return (uint8_t)between(config->kc[0], config->kc[1], day, config->days[0], stage_ends(config, 1));
}

static uint16_t percent(uint16_t water, uint8_t part)
{
    const uint32_t result = (uint32_t)water * part / 100u;
    return (uint16_t)(result > MOST ? MOST : result);
}

/* Available water of so much soil. */
static uint16_t available(const mk_rootzone_config *config, uint16_t depth)
{
    const uint32_t water = (uint32_t)(config->capacity - config->wilting) * depth / 100u;
    return (uint16_t)(water > MOST ? MOST : water);
}

void mk_rootzone_begin(mk_rootzone *zone, uint16_t day_of_year)
{
    const mk_rootzone_config *const config = zone->config;
    int16_t day = (int16_t)(day_of_year - config->sown);
    if (day < 0)
        day = (int16_t)(day + 365);
    if (day >= (int16_t)stage_ends(config, 3)) {
        zone->day = -1;
        zone->readily = 0;
        return;
    }
    const uint16_t roots = between(config->roots[0], config->roots[1], day, config->days[0] / 2, stage_ends(config, 1));
    /* of what the roots had not reached before */
    const uint16_t fresh = zone->day < 0 ? roots : roots > zone->roots ? (uint16_t)(roots - zone->roots) : 0;
    zone->depletion =
        (uint16_t)((zone->day < 0 ? 0 : zone->depletion) + percent(available(config, fresh), config->below));
    zone->day = day;
    zone->roots = roots;
    zone->total = available(config, roots);
    if (zone->depletion > zone->total)
        zone->depletion = zone->total;
    int32_t share = config->share + 4 * (500 - (int32_t)mk_rootzone_need(zone)) / 100;
    share = share < 10 ? 10 : share > 80 ? 80 : share;
    zone->readily = percent(zone->total, (uint8_t)share);
}

void mk_rootzone_end(mk_rootzone *zone, uint16_t et0)
{
    et0 = et0 == MK_ROOTZONE_UNKNOWN ? zone->usual : percent(et0, zone->config->et0);
    zone->et0 = et0;
    zone->usual = (uint16_t)((7u * (uint32_t)zone->usual + et0 + 4u) / 8u);
    if (zone->day < 0)
        return;
    uint32_t taken = percent(et0, mk_rootzone_kc(zone->config, zone->day));
    if (zone->depletion > zone->readily && zone->total > zone->readily)
        taken = taken * (uint16_t)(zone->total - zone->depletion) / (uint16_t)(zone->total - zone->readily);
    taken += zone->depletion;
    zone->depletion = (uint16_t)(taken > zone->total ? zone->total : taken);
}

void mk_rootzone_wet(mk_rootzone *zone, uint16_t water)
{
    zone->depletion = (uint16_t)(zone->depletion > water ? zone->depletion - water : 0);
}

void mk_rootzone_see(mk_rootzone *zone, const int16_t *moisture, uint8_t trust)
{
    const mk_rootzone_config *const config = zone->config;
    uint32_t missing = 0;
    uint16_t top = 0, deepest = 0;
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++) {
        if (config->probes[i] == 0 || moisture[i] == MISSING)
            continue;
        /* each stands for the soil that is nearer to it than to the next good one */
        uint16_t edge = zone->roots;
        for (uint8_t k = (uint8_t)(i + 1u); k < MK_ROOTZONE_PROBES; k++)
            if (config->probes[k] && moisture[k] != MISSING) {
                const uint16_t middle = (uint16_t)((config->probes[i] + config->probes[k]) / 2u);
                edge = middle < edge ? middle : edge;
                break;
            }
        int32_t lack = (int32_t)config->capacity - moisture[i];
        lack = lack < 0 ? 0 : lack;
        if (edge > top)
            missing += (uint32_t)lack * (uint16_t)(edge - top) / 100u;
        top = edge > top ? edge : top;
        deepest = config->probes[i];
    }
    if (deepest == 0 || zone->day < 0)
        return;
    if (missing > zone->total)
        missing = zone->total;
    if (deepest < zone->roots / 3u)
        trust /= 4;
    zone->depletion = (uint16_t)(zone->depletion + ((int32_t)missing - zone->depletion) * trust / 255);
}

uint16_t mk_rootzone_need(const mk_rootzone *zone)
{
    return percent(zone->usual, mk_rootzone_kc(zone->config, zone->day));
}

uint16_t mk_rootzone_rest(const mk_rootzone *zone)
{
    uint32_t rest = 0;
    const int16_t end = (int16_t)stage_ends(zone->config, 3);
    for (int16_t day = zone->day; day >= 0 && day < end; day++)
        rest += percent(zone->usual, mk_rootzone_kc(zone->config, day));
    return (uint16_t)(rest > MOST ? MOST : rest);
}
