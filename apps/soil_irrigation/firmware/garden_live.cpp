/* The garden itself: probes, thermometers, rain gauge, light, and the valve, in real time. What is wired to which pin is
 * the board's (pins_*.h).
 *
 * An AVR sleeps at a few uA between wakes of 8 s; while the valve is open it dozes by the crystal's clock.
 */
#ifdef ARDUINO
#include <Arduino.h>

extern "C" {
#include <motekit/hal.h>
}

#include "../../../shared/firmware/ports/arduino/machine.h"
#include "garden.h"

enum { HOUR_S = MK_APP_HOUR_S, WARM_UP_S = 8, LOOK_S = 60 };
static const int16_t RAIN_PER_TIP = 2; /* 0.1 mm */
static const uint16_t LIGHT_FULL = 4320; /* 0.001 MJ/m2 in an hour of 1200 W/m2 */

/* 0.1 degC of the NTC at 0, 1/16, ... of full scale */
static const int16_t THERMISTOR[17] PROGMEM = {
    -500, -259, -127, -39, 31, 92, 147, 199, 250, 301, 354, 410, 473, 549, 652, 830, 1250,
};

static struct {
    bool runs, set, warm;
    uint32_t hour_at, ticked_at;
    int16_t clock;         /* hour of the year that runs */
    uint32_t light;        /* sum of looks */
    uint16_t looks;
    uint8_t state;         /* of mk_irrigation, when the record was last written */
    bool save, memory_fault;
} live;

#ifdef __AVR_ATmega328P__
#include "pins_uno.h"
#else
#include "pins_arduino_api.h"
#endif

bool garden_sensor_runs(void)
{
    return live.runs;
}

void garden_forget(void)
{
    live.runs = false;
    mk_arduino_stay_awake(false);
}

int16_t garden_clock(void)
{
    return live.set ? live.clock : (int16_t)(-1 - live.clock);
}

void garden_set_clock(int16_t hour)
{
    live.clock = hour;
    live.set = true;
}

void garden_set_memory_fault(bool faulty)
{
    live.memory_fault = faulty;
}

static int16_t thermistor(uint16_t counts)
{
    /* beyond these the wire is broken or shorted */
    if (counts < 160 || counts > 16200)
        return MK_GARDENER_MISSING;
    const uint8_t i = (uint8_t)(counts >> 10);
    const int16_t a = (int16_t)pgm_read_word(&THERMISTOR[i]), b = (int16_t)pgm_read_word(&THERMISTOR[i + 1]);
    return (int16_t)(a + (int16_t)((int32_t)(b - a) * (counts & 1023) / 1024));
}

void garden_read(mk_gardener_hour *hour)
{
    adc(true);
    feed_probes(true);
    delay(200);
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++)
        hour->counts[i] = (int16_t)convert(i);
    hour->soil = thermistor(soil_counts());
    feed_probes(false);
    hour->supply = supply();
    adc(false);
    if (!garden_dht22(PIN_DHT, &hour->air, &hour->humidity))
        hour->air = hour->humidity = MK_GARDENER_MISSING;
    hour->clock = garden_clock();
    hour->rain = hour->light = MK_GARDENER_MISSING;
}

static void look_at_light(void)
{
    if (!HAS_LIGHT)
        return;
    adc(true);
    live.light += light_counts();
    live.looks++;
    adc(false);
}

static void complete(mk_gardener_hour *hour)
{
    noInterrupts();
    const uint16_t fell = tips;
    tips = 0;
    interrupts();
    hour->rain = (int16_t)(fell > 1000 ? 2000 : fell * RAIN_PER_TIP);
    if (live.looks)
        hour->light = (int16_t)(live.light * LIGHT_FULL / (1023UL * live.looks));
    live.light = live.looks = 0;
}

static void begin(void)
{
    mk_gardener_record record;
    live.memory_fault = garden_load_settings() != MK_OK;
    if (live.memory_fault) {
        /* the values of app.toml: reset() has just put them in, the damaged ones must go */
        const mk_gardener_config *const declared = &mk_app_garden;
        memcpy_P(&garden_config, declared, sizeof garden_config);
        (void)garden_restart();
    }
    live.set = false;
    live.clock = 0;
    if (garden_load_record(&record)) {
        mk_gardener_restore(&garden, &record);
        if (record.clock >= 0)
            live.clock = (int16_t)((record.clock + 1) % MK_GARDENER_HOURS);
    }
    live.state = garden.irrigation.state;
    live.hour_at = live.ticked_at = mk_arduino_seconds();
    live.runs = true;
}

/* Before the valve opens and after it has closed: whatever happens next, it is known. */
static void keep(void)
{
    mk_gardener_record record;
    mk_gardener_save(&garden, &record);
    garden_save_record(&record);
    live.state = garden.irrigation.state;
    live.save = false;
}

static void tick(uint32_t now)
{
    const bool was_open = garden.open;
    if (now - live.ticked_at < (was_open ? 1u : (uint32_t)LOOK_S))
        return;
    const uint32_t elapsed = now - live.ticked_at;
    live.ticked_at = now;
    const bool open = mk_gardener_tick(&garden, elapsed, live.memory_fault ? MK_IRRIGATION_MEMORY : 0);
    if (!open)
        garden_close();
    if (live.save || garden.irrigation.state != live.state)
        keep();
    if (open && !was_open)
        open_valve();
    mk_arduino_stay_awake(open);
    if (!was_open)
        look_at_light();
}

static mk_status start(void)
{
    start_pins();
    return MK_OK;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    if (!live.runs)
        begin();
    const uint32_t now = mk_arduino_seconds();
    tick(now);
    if (max_frames == 0 || now - live.hour_at + WARM_UP_S < HOUR_S)
        return 0;
    if (!live.warm) {
        feed_air(true);
        live.warm = true;
    }
    if (now - live.hour_at < HOUR_S)
        return 0;
    mk_gardener_hour hour;
    garden_read(&hour);
    complete(&hour);
    feed_air(false);
    live.warm = false;
    live.hour_at += HOUR_S;
    live.clock = (int16_t)(live.clock >= 8759 ? 0 : live.clock + 1);
    live.save = true;
    memcpy(frames, &hour, sizeof hour);
    return 1;
}

const mk_sensor garden_sensor = {
    "garden", MK_APP_CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, 1.0f, MK_APP_RATE_HZ, start, fetch, NULL, NULL,
};
#endif
