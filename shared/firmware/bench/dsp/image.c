#include <string.h>

#include "cases.h"
#include "motekit/dsp_image.h"
#include "motekit/dsp_picture.h"

#define WIDTH 64u
#define HEIGHT 48u
#define PIXELS (WIDTH * HEIGHT)

static uint8_t before[PIXELS], now[PIXELS];
static const mk_image before_image = {before, WIDTH, HEIGHT, WIDTH}, now_image = {now, WIDTH, HEIGHT, WIDTH};
static uint8_t small[24 * 24];
static const mk_image small_image = {small, 24, 24, 24};

/* Two pictures out of the signal's bits, before the count begins. */
static void draw(void)
{
    uint8_t bytes[CASE_LENGTH * 4u];
    memcpy(bytes, case_signal, sizeof bytes);
    for (uint32_t i = 0; i < PIXELS; i++) {
        before[i] = (uint8_t)(bytes[i] ^ i);
        now[i] = (uint8_t)(bytes[i + 7u] ^ (i / 3u));
    }
}

static uint32_t copy_out(const void *data, uint32_t bytes)
{
    memcpy(case_out, data, bytes);
    return bytes / 4u;
}

static mk_status prepare(void)
{
    draw();
    return mk_image_check(&before_image);
}

static uint32_t run_gray(const float *x)
{
    uint16_t colours[CASE_LENGTH];
    memcpy(colours, x, sizeof colours);
    mk_gray_rgb565(colours, now, CASE_LENGTH);
    mk_gray_rgb888((const uint8_t *)x, now + CASE_LENGTH, CASE_LENGTH);
    return copy_out(now, 2u * CASE_LENGTH);
}

static uint32_t run_area(const float *x)
{
    (void)x;
    mk_image_area(&before_image, &small_image);
    return copy_out(small, sizeof small);
}

static uint32_t run_bilinear(const float *x)
{
    mk_image part;
    (void)x;
    if (mk_image_crop(&before_image, 3, 5, 40, 30, &part) != MK_OK)
        return 0;
    mk_image_bilinear(&part, &small_image);
    return copy_out(small, sizeof small);
}

static uint32_t run_equalise(const float *x)
{
    (void)x;
    const mk_quality quality = mk_image_equalise(&before_image, &now_image, (uint32_t *)case_memory);
    return with_quality(copy_out(now, PIXELS), quality);
}

static uint32_t run_normalise(const float *x)
{
    (void)x;
    return with_quality(PIXELS, mk_image_normalise(&before_image, case_out));
}

static uint32_t run_integral(const float *x)
{
    uint32_t *const sums = (uint32_t *)case_memory;
    (void)x;
    mk_integral_process(&before_image, sums);
    case_out[0] = mk_integral_box(sums, WIDTH, 3, 4, 20, 31);
    memcpy(case_out + 1, sums, 4u * (WIDTH + 1u) * (HEIGHT + 1u));
    return 1u + (WIDTH + 1u) * (HEIGHT + 1u);
}

static uint32_t run_motion(const float *x)
{
    (void)x;
    const mk_motion motion = mk_motion_process(&before_image, &now_image, 16);
    return copy_out(&motion, sizeof motion);
}

const bench_case image_cases[] = {
    {"gray_2x1000", 0, 0, run_gray},
    {"area_64x48_to_24x24", 0, prepare, run_area},
    {"bilinear_40x30_to_24x24", 0, prepare, run_bilinear},
    {"equalise_64x48", 256 * 4, prepare, run_equalise},
    {"image_normalise_64x48", 0, prepare, run_normalise},
    {"integral_64x48", 65 * 49 * 4, prepare, run_integral},
    {"motion_64x48", 0, prepare, run_motion},
    {0, 0, 0, 0},
};
