/* The driver's runtime in memory of exactly the documented size, on any lines at all, under the sanitizers: whole, torn
 * and odd frames, patches, faces, calibrations and mounts. Any split of the lines must give the same answers; wrong
 * configurations must be refused. The drowsiness block besides, on any times and any looks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/driver.h"

#include "fuzz.h"

#define WIDTH 128
#define HEIGHT 96
#define VALUES (1 + WIDTH / 2)
#define LINES (20 * HEIGHT)

static uint32_t told, looks, calibrations;

/* a network of two sums, in the arena it says it needs */
#define ARENA (MK_EYE_PIXELS + 2)
static mk_status begin(void *arena)
{
    memset(arena, 0, ARENA);
    return MK_OK;
}

static mk_status invoke(void *arena)
{
    int8_t *const bytes = arena;
    int32_t sum = 0;
    for (uint32_t i = 0; i < MK_EYE_PIXELS; i++)
        sum += (i % 3u ? 1 : -1) * bytes[i];
    bytes[MK_EYE_PIXELS] = (int8_t)(sum >> 6);
    bytes[MK_EYE_PIXELS + 1] = (int8_t)(-sum >> 6);
    return MK_OK;
}

static const mk_tensor_info input = {"in", MK_INT8, 0, 0, 1.0f, 0, MK_EYE_PIXELS, 0};
static const mk_tensor_info output = {"out", MK_INT8, 0, 0, 1.0f, 0, 2, MK_EYE_PIXELS};
static const mk_nn_model model = {MK_NN_SCHEMA, "sums", 0, ARENA, 1, 1, &input, &output, 0, 0, begin, invoke, 0};

static void mix(uint32_t value)
{
    told = (told ^ value) * 16777619u;
}

static void on_features(void *context, const int16_t *values, uint16_t n)
{
    (void)context;
    expect(n == MK_DRIVER_FEATURES, "a row of features");
    looks += values[0] == MK_SEEN_OPEN || values[0] == MK_SEEN_CLOSED;
    for (uint16_t i = 0; i < n; i++)
        mix((uint16_t)values[i]);
}

static void on_scores(void *context, const int8_t *scores, uint16_t n)
{
    (void)context;
    for (uint16_t i = 0; i < n; i++)
        mix((uint8_t)scores[i]);
}

static void on_event(void *context, const mk_drowsiness_event *event)
{
    (void)context;
    mix(event->at);
    mix((uint32_t)event->code << 16 ^ (uint32_t)event->value);
}

static void on_alarm(void *context, uint8_t level)
{
    (void)context;
    expect(level <= 2, "an alarm");
    mix(level);
}

/* A face by its template: what the finder looks for, so that eyes are found at times. */
static int8_t face[MK_EYES_CELLS];

static uint8_t pixel(uint32_t kind, int32_t x, int32_t y, int32_t shift)
{
    const int32_t row = (y - 42) / 4 + MK_EYES_ABOVE, column = (x - 64 - shift) / 4 + MK_EYES_COLUMNS / 2;
    switch (kind) {
    case 0: return (uint8_t)any(256);
    case 1: return 0;
    case 2: return 255;
    default:
        if (row < 0 || row >= MK_EYES_ROWS || column < 0 || column >= MK_EYES_COLUMNS)
            return 90;
        if (row >= MK_EYES_ABOVE - 2 && row <= MK_EYES_ABOVE + 3 && column % 10 >= 1 && column % 10 <= 8)
            return row == MK_EYES_ABOVE ? 40 : 150; /* lids */
        return (uint8_t)(128 + face[row * MK_EYES_COLUMNS + column] + (int32_t)any(3)); /* noise: not frozen */
    }
}

/* `still`: good frames of somebody who does not move */
static void fill(int16_t *lines, int still)
{
    uint32_t time = any(30000), kind = 3;
    int32_t shift = 0;
    for (int32_t i = 0; i < LINES; i++, lines += VALUES) {
        const int32_t y = i % HEIGHT;
        if (y == 0) {
            time = (time + 30 + any(80)) % MK_CAMERA_CLOCK;
            kind = still || any(3) ? 3 : any(3);
            shift = still ? 0 : (int32_t)any(7) - 3;
        }
        lines[0] = (int16_t)(y == 0 ? -1 - (int32_t)time : y);
        if (!still && any(150) == 0)
            lines[0] = (int16_t)(any(65536) - 32768);
        for (int32_t v = 1; v < VALUES; v++)
            lines[v] = (int16_t)(pixel(kind, 2 * v - 2, y, shift) | pixel(kind, 2 * v - 1, y, shift) << 8);
    }
}

static void drowsiness(const mk_drowsiness_config *config)
{
    mk_drowsiness *const block = malloc(sizeof *block);
    uint32_t time = any(1000);
    expect(mk_drowsiness_init(block, config) == MK_OK, "a configuration");
    for (uint32_t i = 0; i < 3000; i++) {
        time += any(20) ? 20 + any(100) : any(100000);
        mk_drowsiness_process(block, time, (mk_seen)any(4), (uint8_t)any(8));
        expect(block->events <= MK_DROWSINESS_EVENTS && block->alarm <= 2, "events");
    }
    free(block);
}

static uint32_t run(mk_driver *driver, const int16_t *lines, uint32_t step, uint32_t calibrated)
{
    told = 2166136261u;
    expect(mk_driver_remember(driver, 0) == MK_OK && mk_driver_reset(driver) == MK_OK, "a reset");
    for (uint32_t i = 0; i < LINES;) {
        if (i == calibrated)
            expect(mk_driver_calibrate(driver, 0) == MK_OK, "a calibration");
        uint32_t n = step && step < LINES - i ? step : LINES - i;
        if (i < calibrated && n > calibrated - i)
            n = calibrated - i;
        int16_t *const part = malloc(n * VALUES * sizeof *part);
        memcpy(part, lines + i * VALUES, n * VALUES * sizeof *part);
        expect(mk_driver_push(driver, part, n) == MK_OK, "lines");
        free(part);
        i += n;
    }
    mix(driver->wanted);
    calibrations += calibrated < LINES && driver->mounted;
    return told;
}

static void mounts(mk_driver *driver)
{
    mk_driver_mount mount;
    for (uint32_t i = 0; i < 200; i++) {
        uint8_t *const bytes = (uint8_t *)&mount;
        for (uint32_t k = 0; k < sizeof mount; k++)
            bytes[k] = (uint8_t)any(256);
        if (i % 2u)
            mount.place = (mk_eyes_place){(int32_t)any(WIDTH * 256), (int32_t)any(HEIGHT * 256), 1600 + (int32_t)any(2400),
                                          (int32_t)any(4000) - 2000};
        (void)mk_driver_remember(driver, &mount);
    }
}

int main(int argc, char **argv)
{
    const uint32_t rounds = argc > 1 ? (uint32_t)atoi(argv[1]) : 10;
    static int8_t table[256];
    seed = argc > 2 ? (uint32_t)atoi(argv[2]) : 1;
    for (uint32_t i = 0; i < 256; i++)
        table[i] = (int8_t)((int32_t)i - 128);
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        face[i] = (int8_t)(any(160) - 80);
    const mk_drowsiness_config decision = {750, 600, 1500, 1200, 500, 500, 1500, 60, 250, 1500, 100};
    const mk_eyes_config eyes = {WIDTH, HEIGHT, {64 * 256, 44 * 256, 20 * 256, 0}, 12, 8, face, 2458, 3277, 40};
    const mk_driver_config config = {&eyes, &decision, table, 160};
    const mk_driver_sink sink = {0, on_features, on_scores, on_event, on_alarm, 0};
    mk_driver *const driver = malloc(sizeof *driver);
    mk_driver_memory memory = {malloc(WIDTH * HEIGHT), malloc(WIDTH * HEIGHT / 4), malloc(ARENA)};
    int16_t *const lines = malloc(LINES * VALUES * sizeof *lines);

    for (uint32_t part = 0; part < 5; part++) {
        mk_eyes_config bad = eyes;
        mk_driver_config with = config;
        with.eyes = &bad;
        bad.width = part == 0 ? 62 : bad.width;
        bad.expected.dx = part == 1 ? -5 : bad.expected.dx;
        bad.least = part == 2 ? 5000 : bad.least;
        bad.reach_y = part == 3 ? 200 : bad.reach_y;
        with.view = part == 4 ? 3 : with.view;
        expect(mk_driver_init(driver, &with, &model, &memory, &sink) != MK_OK, "a wrong configuration is refused");
    }
    expect(mk_driver_init(driver, &config, &model, &memory, &sink) == MK_OK, "a configuration");
    for (uint32_t round = 0; round < rounds; round++) {
        fill(lines, round % 3u == 0);
        const uint32_t calibrated = round % 3u == 0 ? 0 : any(2) ? any(LINES) : LINES + 1, whole = run(driver, lines, 0, calibrated);
        expect(run(driver, lines, 1 + any(100), calibrated) == whole, "any split gives the same");
        drowsiness(&decision);
        mounts(driver);
    }
    free(lines);
    free(memory.frame);
    free(memory.half);
    free(memory.arena);
    free(driver);
    expect(looks > 0 && calibrations > 0, "eyes and calibrations among the rounds");
    printf("%u rounds passed\n", rounds);
    return 0;
}
