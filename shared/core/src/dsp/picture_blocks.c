/* The steps and blocks of pictures that an app.toml can list. */
#include <string.h>

#include "motekit/dsp_math.h"
#include "motekit/picture_stream.h"

void mk_step_area(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts)
{
    (void)step;
    (void)counts;
    mk_image_area(in, out);
}

void mk_step_bilinear(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts)
{
    (void)step;
    (void)counts;
    mk_image_bilinear(in, out);
}

void mk_step_equalise(const mk_picture_step *step, const mk_image *in, const mk_image *out, uint32_t *counts)
{
    (void)step;
    mk_image_equalise(in, out, counts);
}

void mk_picture_pixels(const mk_picture_feature *feature, const mk_sight *sight, float *out)
{
    const mk_image *const picture = sight->picture;
    if (*(const uint8_t *)feature->config) {
        mk_image_normalise(picture, out);
        return;
    }
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++)
            *out++ = (float)picture->pixels[y * picture->stride + x];
}

void mk_picture_boxes(const mk_picture_feature *feature, const mk_sight *sight, float *out)
{
    const uint16_t *const grid = feature->config;
    const mk_image *const picture = sight->picture;
    mk_integral_process(picture, sight->scratch);
    for (uint32_t r = 0; r < grid[1]; r++)
        for (uint32_t c = 0; c < grid[0]; c++) {
            const uint32_t left = picture->width * c / grid[0], right = picture->width * (c + 1u) / grid[0];
            const uint32_t top = picture->height * r / grid[1], bottom = picture->height * (r + 1u) / grid[1];
            *out++ = mk_integral_box(sight->scratch, picture->width, (uint16_t)left, (uint16_t)top,
                                     (uint16_t)(right - left), (uint16_t)(bottom - top));
        }
}

void mk_picture_motion(const mk_picture_feature *feature, const mk_sight *sight, float *out)
{
    const mk_motion found = mk_motion_process(sight->before, sight->picture, *(const uint8_t *)feature->config);
    memcpy(out, &found, 4u * sizeof *out);
}

void mk_picture_histogram(const mk_picture_feature *feature, const mk_sight *sight, float *out)
{
    const uint32_t bins = *(const uint16_t *)feature->config;
    const mk_image *const picture = sight->picture;
    uint32_t *const counts = sight->scratch;
    memset(counts, 0, bins * sizeof *counts);
    for (uint32_t y = 0; y < picture->height; y++)
        for (uint32_t x = 0; x < picture->width; x++)
            counts[picture->pixels[y * picture->stride + x] * bins / 256u]++;
    for (uint32_t i = 0; i < bins; i++)
        out[i] = mk_div((float)counts[i], (float)((uint32_t)picture->width * picture->height));
}
