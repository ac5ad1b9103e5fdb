/* The serial menu: 115200 baud, a line a command.
 *
 *   r            readings: counts and moisture of each probe, soil, air, humidity, supply
 *   c N M        calibrate: what probe N (0 to 2) shows now is M 1/10000 m3/m3 (0 in air-dry soil, 4500 in wet loam)
 *   n N          begin the calibration of probe N anew: two `c` at least must follow
 *   t DDD HH     the clock: day of the year, 1 to 366, and hour; without it the valve goes by light alone
 *   d            depletion and readily available water, 1/100 mm; state, reason and faults of the valve
 *   l            the valve's limits: longest opening, pulse and soak (s); interval, daily limit and rain delay (min)
 *   l N M        limit N (0 to 5) is M from now on; the valve closes, and stays so for what is left of the interval
 *   s            save calibration and settings; w: what app.toml says instead
 */
#ifdef ARDUINO
#include <Arduino.h>

#include "garden.h"

static const uint8_t MOST = MK_PROBE_MAX_POINTS;

static void say(int32_t value)
{
    Serial.print(value);
    Serial.write(' ');
}

static void verdict(bool good)
{
    Serial.println(good ? F("ok") : F("no"));
}

/* The next number of a line; -1: there is none. */
static int16_t number(char **text)
{
    while (**text == ' ')
        (*text)++;
    if (**text < '0' || **text > '9')
        return -1;
    int16_t value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++)
        value = (int16_t)(value > 3000 ? 32000 : value * 10 + (**text - '0'));
    return value;
}

static void readings(void)
{
    mk_gardener_hour hour;
    garden_read(&hour);
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++) {
        say(hour.counts[i]);
        say(mk_probe_moisture(&garden_config.probe[i], (uint16_t)hour.counts[i], hour.soil));
    }
    say(hour.soil);
    say(hour.air);
    say(hour.humidity);
    say(hour.supply);
    Serial.println();
}

/* Points of a new calibration lie behind `points` until there are two of them. */
static bool calibrate(uint8_t n, int16_t moisture)
{
    mk_gardener_hour hour;
    garden_read(&hour);
    mk_probe_config next = garden_config.probe[n];
    uint8_t at = 0;
    while (at < next.points && next.moisture[at] < moisture)
        at++;
    const bool replaces = at < next.points && next.moisture[at] == moisture;
    if (!replaces) {
        if (next.points == MOST)
            return false;
        for (uint8_t i = next.points++; i > at; i--) {
            next.counts[i] = next.counts[i - 1];
            next.moisture[i] = next.moisture[i - 1];
        }
    }
    /* as it would be at the calibration's temperature */
    int32_t counts = hour.counts[n];
    if (hour.soil != MK_GARDENER_MISSING)
        counts -= ((int32_t)hour.soil - next.reference) * next.drift / 256;
    next.counts[at] = (uint16_t)counts;
    next.moisture[at] = moisture;
    mk_probe probe;
    if (next.points >= 2) {
        /* dry air with a margin: as far beyond the driest point as the old one was, or the point itself */
        if (next.counts[1] < next.counts[0] ? next.air < next.counts[0] : next.air > next.counts[0])
            next.air = next.counts[0];
        if (mk_probe_init(&probe, &next) != MK_OK)
            return false;
    }
    garden_config.probe[n] = next;
    return next.points < 2 || mk_probe_init(&garden.probe[n], &garden_config.probe[n]) == MK_OK;
}

/* Where limit N of the menu stands: the first ones 16 bits of seconds, the others 32 bits that people want in minutes. */
static const uint8_t LIMITS = 6, SHORT_LIMITS = 3, MINUTE_S = 60;
static const uint8_t LIMIT_AT[] PROGMEM = {
    offsetof(mk_irrigation_config, max_open_s), offsetof(mk_irrigation_config, pulse_s),
    offsetof(mk_irrigation_config, soak_s), offsetof(mk_irrigation_config, interval_s),
    offsetof(mk_irrigation_config, limit_s), offsetof(mk_irrigation_config, rain_delay_s),
};

static uint32_t limit(uint8_t n)
{
    const uint8_t *const at = (const uint8_t *)&garden_config.irrigation + pgm_read_byte(&LIMIT_AT[n]);
    return n < SHORT_LIMITS ? *(const uint16_t *)at : *(const uint32_t *)at;
}

static void set_limit(uint8_t n, uint32_t value)
{
    uint8_t *const at = (uint8_t *)&garden_config.irrigation + pgm_read_byte(&LIMIT_AT[n]);
    memcpy(at, &value, n < SHORT_LIMITS ? 2 : 4);
}

/* Begins the valve's rules anew with what is left of its waits; limits that contradict each other do not come in. */
static bool change_limit(uint8_t n, uint32_t value)
{
    const uint32_t before = limit(n);
    mk_irrigation_record record;
    mk_irrigation_save(&garden.irrigation, &record);
    set_limit(n, value);
    bool good = true;
    while (mk_irrigation_init(&garden.irrigation, &garden_config.irrigation) != MK_OK) {
        set_limit(n, before);
        good = false;
    }
    mk_irrigation_restore(&garden.irrigation, &record);
    return good;
}

void garden_menu(char *line)
{
    char *rest = line + 1;
    const int16_t a = number(&rest), b = number(&rest);
    const bool probe = a >= 0 && a < MK_ROOTZONE_PROBES;
    switch (line[0]) {
    case 'r':
        readings();
        return;
    case 'c':
        verdict(probe && b >= 0 && b <= 10000 && calibrate((uint8_t)a, b));
        return;
    case 'n':
        if (probe)
            garden_config.probe[a].points = 0;
        verdict(probe);
        return;
    case 't': {
        const bool good = a >= 1 && a <= 366 && b >= 0 && b <= 23;
        if (good)
            garden_set_clock((int16_t)(24 * (a - 1) + b));
        verdict(good);
        return;
    }
    case 'd':
        say(garden.zone.depletion);
        say(garden.zone.readily);
        say(garden.irrigation.state);
        say(garden.irrigation.reason);
        say(garden.irrigation.faults);
        say(garden_clock());
        Serial.println();
        return;
    case 'l':
        if (a < 0) {
            for (uint8_t i = 0; i < LIMITS; i++)
                say((int32_t)(i < SHORT_LIMITS ? limit(i) : limit(i) / MINUTE_S));
            Serial.println();
        } else {
            verdict(a < LIMITS && b >= 0 &&
                    change_limit((uint8_t)a, (uint32_t)b * (uint8_t)(a < SHORT_LIMITS ? 1 : MINUTE_S)));
        }
        return;
    case 'w':
        memcpy_P(&garden_config, &mk_app_garden, sizeof garden_config);
        /* fall through */
    case 's': {
        bool whole = true;
        for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++)
            whole = whole && garden_config.probe[i].points >= 2;
        if (whole) {
            garden_save_settings();
            garden_set_memory_fault(false);
        }
        verdict(whole);
        return;
    }
    default:
        Serial.println(F("r | c N M | n N | t DDD HH | d | l N M | s | w"));
    }
}
#endif
