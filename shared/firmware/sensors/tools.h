/* What drivers share: samples in the app's counts, between an interrupt and fetch, and the rate they really come at.
 *
 * A driver is one file here that defines `const mk_sensor mk_<part>` inside `#ifdef MK_SENSOR_<PART>`, and is used by a
 * board whose ini says -DMK_SENSOR_<PART> -DMK_APP_SENSOR=mk_<part>. It gives frames in the unit, scale and order of
 * the app (app_config.h): another part then changes nothing behind it.
 */
#ifndef MOTEKIT_SENSOR_TOOLS_H
#define MOTEKIT_SENSOR_TOOLS_H

#include <Arduino.h>

extern "C" {
#include <motekit/app.h>
#include <motekit/csv.h>
#include <motekit/ring.h>
}

#include "app_config.h"

/* INT16_MIN in a channel: no sample */
enum { MK_MISSING = -32768 };

/* One board's part against a reference, by its ini: value x gain + offset in the app's unit, for each channel of a frame
 * in order; channels that are not told stay as they are. -DMK_SENSOR_GAIN=1.013f,0.994f -DMK_SENSOR_OFFSET=-0.12f */
static inline float mk_calibrated(float value, uint8_t channel)
{
#ifdef MK_SENSOR_GAIN
    static const float gain[] = {MK_SENSOR_GAIN};
    if (channel < sizeof gain / sizeof *gain)
        value *= gain[channel];
#endif
#ifdef MK_SENSOR_OFFSET
    static const float offset[] = {MK_SENSOR_OFFSET};
    if (channel < sizeof offset / sizeof *offset)
        value += offset[channel];
#endif
    (void)channel;
    return value;
}

/* A physical value in the app's unit as the app's counts; held at the ends, where the core sees saturation. */
static inline int16_t mk_counts(float value, uint8_t channel = 0)
{
    const float counts = mk_calibrated(value, channel) / MK_APP_SCALE;
    if (!(counts > -32767.0f)) /* also when it is not a number */
        return counts != counts ? (int16_t)MK_MISSING : (int16_t)-32767;
    if (counts > 32767.0f)
        return 32767;
    return (int16_t)(counts < 0 ? counts - 0.5f : counts + 0.5f);
}

/* How many frames a second really come. A part's oscillator is off by some per cent, and features know no clock but
 * this one: the rate is said once a minute as a line of the log. */
struct mk_rate {
    uint32_t begun_ms, frames;
};

static inline void mk_rate_start(mk_rate *rate)
{
    rate->begun_ms = millis();
    rate->frames = 0;
}

static inline void mk_rate_count(mk_rate *rate, uint32_t frames, const char *name)
{
    rate->frames += frames;
    const uint32_t passed = millis() - rate->begun_ms;
    if (passed < 60000u)
        return;
    const float hz = 1000.0f * (float)rate->frames / (float)passed;
    char text[48];
    size_t n = strlen(name) < 20 ? strlen(name) : 20;
    memcpy(text, name, n);
    text[n++] = ' ';
    n += hz < 3276.0f ? mk_csv_number(text + n, (int16_t)(hz * 10.0f + 0.5f), 0.1f)
                      : mk_csv_number(text + n, (int16_t)(hz + 0.5f), 1.0f);
    memcpy(text + n, " Hz", 4);
    mk_out_log(text);
    mk_rate_start(rate);
}

/* Frames out of a ring that an interrupt fills. */
static inline uint32_t mk_ring_frames(mk_ring *ring, int16_t *frames, uint32_t max_frames, uint32_t channels)
{
    uint32_t given = 0;
    while (given < max_frames) {
        uint32_t values;
        const int16_t *const from = mk_ring_peek(ring, &values);
        uint32_t n = values / channels;
        if (n == 0)
            break;
        if (n > max_frames - given)
            n = max_frames - given;
        memcpy(frames + given * channels, from, n * channels * sizeof *frames);
        mk_ring_drop(ring, n * channels);
        given += n;
    }
    return given;
}

/* Frames of a part that has the app's first channel alone; the others hold no sample. */
static inline uint32_t mk_ring_first(mk_ring *ring, int16_t *frames, uint32_t max_frames)
{
    uint32_t n = 0;
    while (n < max_frames && mk_ring_frames(ring, frames + n * MK_APP_CHANNELS, 1, 1) == 1) {
        for (uint32_t channel = 1; channel < MK_APP_CHANNELS; channel++)
            frames[n * MK_APP_CHANNELS + channel] = (int16_t)MK_MISSING;
        n++;
    }
    return n;
}

#endif
