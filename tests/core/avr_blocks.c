/* The blocks of the irrigation controller over the same random inputs on any machine: prints a hash of their outputs,
 * one line a block. Built for the host and for the ATmega328P, the lines must be equal. */
#include <stdint.h>
#include <string.h>

#include "motekit/dsp_climate.h"
#include "motekit/dsp_moisture.h"
#include "motekit/dsp_probe.h"
#include "motekit/dsp_quantize.h"
#include "motekit/dsp_root.h"
#include "motekit/dsp_rootzone.h"
#include "motekit/dsp_soil.h"
#include "motekit/post_irrigation.h"

#ifdef __AVR__
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

static void put(char c)
{
    while (!(UCSR0A & _BV(UDRE0)))
        ;
    UDR0 = (uint8_t)c;
}

static void start(void)
{
    UCSR0B = _BV(TXEN0);
}

static void stop(void)
{
    /* simavr ends when the core sleeps with interrupts off */
    cli();
    sleep_enable();
    sleep_cpu();
}
#else
#include <stdio.h>

static void put(char c)
{
    putchar(c);
}

static void start(void) {}
static void stop(void) {}
#endif

static uint32_t seed, hash;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static int16_t between(int16_t low, int16_t high)
{
    return (int16_t)(low + (int16_t)any((uint32_t)((int32_t)high - low) + 1u));
}

static void mix(uint32_t value)
{
    /* FNV-1a */
    for (uint8_t i = 0; i < 4; i++) {
        hash = (hash ^ (value & 255u)) * 16777619u;
        value >>= 8;
    }
}

static void mix_float(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    mix(value != value ? 0x7FC00000u : bits);
}

static void report(const char *name)
{
    while (*name)
        put(*name++);
    put(' ');
    for (int8_t shift = 28; shift >= 0; shift = (int8_t)(shift - 4))
        put("0123456789abcdef"[(hash >> shift) & 15u]);
    put('\n');
    hash = 2166136261u;
}

static void moisture(void)
{
    static mk_moisture state;
    static int16_t out[MK_MOISTURE_FEATURES];
    mk_moisture_init(&state);
    for (uint16_t day = 0; day < 200; day++) {
        mk_moisture_day in = {{between(0, 6000), between(0, 6000)}, any(3) ? 0 : between(0, 900), between(-300, 450),
                              between(-400, 300), between(0, 1000), between(0, 1000), between(0, 1000),
                              between(0, 3500), between(0, 4200), between(-50, 300)};
        int16_t *const fields = &in.moisture[0];
        for (uint8_t i = 0; i < sizeof in / sizeof(int16_t); i++)
            if (!any(12))
                fields[i] = MK_MOISTURE_MISSING;
        mix((uint32_t)mk_moisture_process(&state, &in, out));
        for (uint8_t i = 0; i < MK_MOISTURE_FEATURES; i++)
            mix((uint16_t)out[i]);
    }
    report("moisture");
}

static void probe(void)
{
    static const mk_probe_config config = {3, {620, 480, 310}, {500, 2000, 4500}, 200, 13, 8, 1016, 700, 12, 1, 500, 300, 3};
    static mk_probe state;
    mix((uint32_t)mk_probe_init(&state, &config));
    uint16_t counts = 450;
    for (uint16_t i = 0; i < 600; i++) {
        int16_t value;
        if (any(4))
            counts = (uint16_t)(300 + any(350));
        if (!any(40))
            counts = (uint16_t)any(1024);
        mix(mk_probe_process(&state, counts, any(9) ? between(-100, 450) : MK_PROBE_MISSING, (uint8_t)any(2), &value));
        mix((uint16_t)value);
    }
    report("probe");
}

static void irrigation(void)
{
    static const mk_irrigation_config config = {10, 600, 300, 120, 1800, 86400, 1500, 7200, 500, 20, 40, 1000, 85, 90, 10};
    static mk_irrigation state;
    mk_irrigation_record record;
    mix((uint32_t)mk_irrigation_init(&state, &config));
    for (uint16_t i = 0; i < 1500; i++) {
        const mk_irrigation_input in = {
            any(20) ? 1 + any(10) : any(100000), (uint16_t)(any(30) ? 2500 + any(1500) : any(65536)),
            any(50) ? 3000 : 0, (uint16_t)(any(60) ? 0 : any(300)), any(50) ? 180 : between(-50, 60),
            (uint8_t)(any(40) ? 1 : 0), (uint8_t)(any(80) ? 0 : any(64))};
        mix((uint32_t)mk_irrigation_process(&state, &in));
        mix(state.reason);
        mix(state.record.wait_s ^ state.owed_s);
        if (!any(200)) {
            mk_irrigation_save(&state, &record);
            mix((uint32_t)mk_irrigation_init(&state, &config));
            mk_irrigation_restore(&state, &record);
        }
    }
    report("irrigation");
}

static float real(float low, float high)
{
    return low + (high - low) * ((float)any(65536) / 65536.0f);
}

static void climate(void)
{
    for (uint16_t i = 0; i < 60; i++) {
        const float low = real(-20.0f, 25.0f);
        const mk_weather day = {low, low + real(0.0f, 20.0f), real(10.0f, 60.0f), real(60.0f, 100.0f),
                                real(0.2f, 8.0f), real(1.0f, 30.0f), real(0.0f, 2500.0f), real(-65.0f, 65.0f),
                                (uint16_t)(1 + any(366))};
        float value;
        mix_float(mk_saturation_pressure(low));
        mix_float(mk_dew_point(real(0.05f, 4.0f)));
        mix_float(mk_extraterrestrial(day.latitude, day.day));
        mix_float(mk_daylight_hours(day.latitude, day.day));
        mix((uint32_t)mk_et0_penman_monteith(&day, &value));
        mix_float(value);
        mix((uint32_t)mk_et0_hargreaves(day.temperature_min, day.temperature_max, day.latitude, day.day, &value));
        mix_float(value);
    }
    report("climate");
}

static void bucket(void)
{
    static const mk_soil_config config = {0.31f, 0.13f, 0.6f, 0.5f};
    static mk_soil soil;
    mix((uint32_t)mk_soil_init(&soil, &config, 20.0f));
    for (uint16_t i = 0; i < 300; i++) {
        mix((uint32_t)mk_soil_day(&soil, any(4) ? 0.0f : real(0.0f, 30.0f), any(9) ? 0.0f : 12.5f, real(0.0f, 9.0f)));
        mix_float(soil.depletion);
        mix_float(soil.stress);
        mix_float(soil.percolation);
    }
    report("bucket");
}

static void smoothing(void)
{
    static mk_smooth smooth;
    mix((uint32_t)mk_smooth_init(&smooth, 0.07f));
    for (uint16_t i = 0; i < 300; i++) {
        /* a sensor that stops, starts again, and gives numbers that hardly are any */
        float x = any(30) ? real(-40.0f, 60.0f) : 1.0e-40f;
        if (!any(25))
            x = 0.0f / (x - x);
        mix((uint32_t)mk_smooth_process(&smooth, &x, &x, 1));
        mix_float(x);
        mix_float(mk_degree_days(real(-5.0f, 15.0f), real(10.0f, 35.0f), 10.0f, 30.0f));
        mix((uint32_t)mk_vapour_deficit(real(-30.0f, 45.0f), real(-5.0f, 110.0f), &x));
        mix_float(x);
    }
    report("smoothing");
}

static void zone(void)
{
    static const mk_rootzone_config config = {{30, 40, 40, 25}, 120, {150, 900}, {40, 115, 70}, 45, 20, 100, 100,
                                              3100, 1300, {50, 100, 400}};
    static mk_rootzone state;
    mix((uint32_t)mk_rootzone_init(&state, &config));
    for (uint16_t day = 100; day < 270; day++) {
        const int16_t seen[MK_ROOTZONE_PROBES] = {between(1300, 3200), any(9) ? between(1300, 3200) : -32768,
                                                  between(1300, 3200)};
        mk_rootzone_begin(&state, day);
        if (!any(5))
            mk_rootzone_wet(&state, (uint16_t)any(4000));
        mk_rootzone_see(&state, seen, (uint8_t)any(256));
        mk_rootzone_end(&state, any(20) ? mk_rootzone_et0(between(-50, 200), between(50, 400), (uint16_t)any(4300))
                                        : MK_ROOTZONE_UNKNOWN);
        mix(state.depletion);
        mix(state.readily);
        mix(mk_rootzone_need(&state));
        mix(mk_rootzone_rest(&state));
    }
    report("zone");
}

static void integers(void)
{
    static const mk_quantizer quantizer = {21845, -70000, 14};
    mix((uint32_t)mk_quantizer_check(&quantizer));
    for (uint16_t i = 0; i < 400; i++) {
        int16_t in[4];
        int8_t out[4];
        for (uint8_t k = 0; k < 4; k++)
            in[k] = (int16_t)any(65536);
        mk_quantizer_process(&quantizer, in, out, 4);
        for (uint8_t k = 0; k < 4; k++)
            mix((uint8_t)out[k]);
        mix(mk_root(any(65536) * (any(65536) + 1u)));
    }
    report("integers");
}

int main(void)
{
    start();
    hash = 2166136261u;
    seed = 7;
    moisture();
    probe();
    irrigation();
    climate();
    bucket();
    smoothing();
    zone();
    integers();
    stop();
    return 0;
}
