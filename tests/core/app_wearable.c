/* The wrist's whole application under sanitizers: any frames in any split, and the light of a sensor that has one.
 *
 * app_wearable <frames> <seed>: random frames (noise, gaps, stuck, saturated); prints a checksum of all it says, which
 * no split of the frames may change, and how often the light was switched. */
#include <motekit/app.h>
#include <motekit/hal.h>

#include <stdio.h>
#include <stdlib.h>

static uint32_t sum, events, switched, last_light = 1;

static void add(const void *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        sum = (sum ^ ((const uint8_t *)bytes)[i]) * 16777619u;
}

void mk_out_features(const void *row, uint16_t bytes)
{
    add(row, bytes);
}

void mk_out_scores(const void *scores, uint16_t bytes)
{
    add(scores, bytes);
}

void mk_out_event(uint32_t at, uint16_t code, int32_t value)
{
    const int32_t told[3] = {(int32_t)at, code, value};
    add(told, sizeof told);
    events++;
}

void mk_out_log(const char *text)
{
    (void)text;
}

void mk_hal_light(bool on)
{
    if (on == last_light) {
        fprintf(stderr, "the light was switched to what it was\n");
        exit(1);
    }
    last_light = on;
    switched++;
}

static uint32_t state;

static uint32_t draw(void)
{
    state = state * 1664525u + 1013904223u;
    return state >> 8;
}

static void make(int16_t *frames, uint32_t n)
{
    const uint32_t channels = mk_application.sensor->channels;
    int16_t held[6] = {0};
    for (uint32_t i = 0, kind = 0; i < n; i++) {
        if (i % 177u == 0)
            kind = draw() % 5u;
        for (uint32_t c = 0; c < channels; c++) {
            if (kind == 0)
                held[c] = (int16_t)(draw() % 65536u - 32768u);
            else if (kind == 1)
                held[c] = (int16_t)(c < 2 ? (int32_t)(draw() % 800u) - 400 : (int32_t)(draw() % 9000u) - 4500);
            else if (kind == 2)
                held[c] = -32768;
            else if (kind == 3)
                held[c] = 32767;
            frames[i * channels + c] = held[c];
        }
    }
}

int main(int count, char **words)
{
    const uint32_t n = count == 3 ? (uint32_t)atoi(words[1]) : 0, seed = count == 3 ? (uint32_t)atoi(words[2]) : 0;
    const uint32_t channels = mk_application.sensor->channels;
    int16_t *const frames = malloc(sizeof *frames * channels * (n + 1u));
    uint32_t before = 0;
    state = seed;
    make(frames, n);
    if (mk_application.init() != MK_OK)
        return 2;
    for (int round = 0; round < 2; round++) {
        sum = 2166136261u;
        events = 0;
        if (mk_application.reset() != MK_OK)
            return 3;
        for (uint32_t done = 0; done < n;) {
            uint32_t part = round ? 1u + draw() % 97u : 25u;
            part = part < n - done ? part : n - done;
            if (mk_application.process(frames + done * channels, part) != MK_OK)
                return 4;
            done += part;
        }
        if (round && sum != before) {
            fprintf(stderr, "another split of the frames says something else\n");
            return 5;
        }
        before = sum;
    }
    printf("%08x %u events, light switched %u times\n", (unsigned)sum, (unsigned)events, (unsigned)switched);
    free(frames);
    return 0;
}
