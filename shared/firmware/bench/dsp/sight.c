#include <string.h>

#include "cases.h"
#include "motekit/dsp_camera.h"
#include "motekit/dsp_eye_crop.h"
#include "motekit/dsp_eyes.h"
#include "motekit/picture_stream.h"
#include "pictures.h"

#define WIDTH 64u
#define HEIGHT 48u

static uint8_t pixels[WIDTH * HEIGHT], patch_pixels[MK_EYE_PIXELS], half[WIDTH * HEIGHT / 4u];
static const mk_image frame = {pixels, WIDTH, HEIGHT, WIDTH};
static const mk_image patch = {patch_pixels, MK_EYE_SIDE, MK_EYE_SIDE, MK_EYE_SIDE};
static int16_t lines[HEIGHT][1u + WIDTH / 2u];
static int8_t face[MK_EYES_CELLS], levels[256], input[MK_EYE_PIXELS];
static uint32_t counts[256];
static mk_camera camera;
static mk_eyes eyes;

/* A picture of any signal: smooth, with what the signal gives upon it. */
static void picture(void)
{
    for (uint32_t i = 0; i < WIDTH * HEIGHT; i++) {
        const float x = case_signal[i % CASE_LENGTH];
        const uint32_t grain = x >= -1e6f && x <= 1e6f ? (uint32_t)((int32_t)(x * 3.0f) & 31) : 31u;
        pixels[i] = (uint8_t)(40u + 2u * (i % WIDTH) + i / WIDTH + grain);
    }
}

static mk_status prepare_camera(void)
{
    picture();
    for (uint32_t y = 0; y < HEIGHT; y++) {
        lines[y][0] = (int16_t)(y ? (int32_t)y : -41);
        for (uint32_t x = 0; x < WIDTH / 2u; x++)
            lines[y][1u + x] = (int16_t)(pixels[y * WIDTH + 2u * x] | pixels[y * WIDTH + 2u * x + 1u] << 8);
    }
    memset(pixels, 0, sizeof pixels);
    return mk_camera_init(&camera, &frame, &patch);
}

static uint32_t run_camera(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t y = 0; y < HEIGHT; y++)
        case_out[words++] = (float)mk_camera_push(&camera, lines[y]);
    case_out[words++] = (float)mk_camera_health(&camera, counts);
    for (uint32_t i = 0; i < sizeof pixels; i += 7u)
        case_out[words++] = (float)pixels[i];
    return words;
}

static mk_status prepare_eye(void)
{
    picture();
    for (uint32_t i = 0; i < 256u; i++)
        levels[i] = (int8_t)((int32_t)i - 128);
    return MK_OK;
}

static uint32_t run_eye(const float *x)
{
    mk_image eye;
    (void)x;
    mk_eye_crop(&frame, 50, 12, 40, &eye);
    mk_eye_resize(&eye, patch_pixels);
    const mk_quality quality = mk_eye_input(patch_pixels, levels, input, counts);
    for (uint32_t i = 0; i < MK_EYE_PIXELS; i++)
        case_out[i] = (float)input[i];
    return with_quality(MK_EYE_PIXELS, quality);
}

static mk_status prepare_eyes(void)
{
    static const mk_eyes_config config = {WIDTH, HEIGHT, {32 * 256, 20 * 256, 8 * 256, 0}, 10, 8, face, 600, 900, 20};
    picture();
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        face[i] = (int8_t)(40 - (int32_t)(i / MK_EYES_COLUMNS) * 5 + (int32_t)(i % MK_EYES_COLUMNS));
    return mk_eyes_init(&eyes, &config);
}

static uint32_t run_eyes(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t turn = 0; turn < 3u; turn++) {
        case_out[words++] = (float)mk_eyes_find(&eyes, &frame, half);
        case_out[words++] = (float)eyes.place.x;
        case_out[words++] = (float)eyes.place.y;
        case_out[words++] = (float)eyes.place.dx;
        case_out[words++] = (float)eyes.place.dy;
        case_out[words++] = (float)eyes.correlation;
    }
    return words;
}

static mk_picture_stream pictures;

static mk_status prepare_pictures(void)
{
    const mk_status status = prepare_camera();
    return status ? status : mk_picture_stream_init(&pictures, &bench_pictures, case_memory);
}

/* The picture, and once more with its lines' pixels swapped. */
static uint32_t run_pictures(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t turn = 0; turn < 2u; turn++) {
        const int16_t *next = lines[0];
        uint32_t left = HEIGHT;
        mk_quality quality;
        while (mk_picture_stream_next(&pictures, &next, &left, &quality)) {
            memcpy(case_out + words, pictures.features, bench_pictures.values * sizeof(float));
            words = with_quality(words + bench_pictures.values, quality);
        }
        lines[0][0] = -141;
        for (uint32_t i = 1; i < WIDTH / 2u; i++)
            lines[i][i] = (int16_t)(lines[i][i] ^ 0x1F10);
    }
    return words;
}

const bench_case sight_cases[] = {
    {"camera_64x48", sizeof counts, prepare_camera, run_camera},
    {"eye_input_32x32", sizeof counts, prepare_eye, run_eye},
    {"eyes_3x64x48", sizeof half, prepare_eyes, run_eyes},
    {"pictures_64x48", PICTURES_MEMORY * 4u, prepare_pictures, run_pictures},
    {0, 0, 0, 0},
};
