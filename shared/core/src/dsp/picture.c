#include "motekit/dsp_picture.h"

#include "motekit/dsp_math.h"

mk_quality mk_image_normalise(const mk_image *image, float *out)
{
    const uint32_t width = image->width, pixels = width * image->height;
    uint64_t sum = 0, squares = 0;
    for (uint32_t y = 0; y < image->height; y++) {
        const uint8_t *const row = image->pixels + y * image->stride;
        uint32_t row_sum = 0, row_squares = 0;
        for (uint32_t x = 0; x < width; x++) {
            row_sum += row[x];
            row_squares += (uint32_t)row[x] * row[x];
        }
        sum += row_sum;
        squares += row_squares;
    }
    const uint64_t spread = squares * pixels - sum * sum; /* pixels^2 times the variance, exact */
    const float count = (float)pixels, mean = (float)sum / count;
    const float deviation = spread ? mk_sqrt((float)spread) / count : 1.0f;
    for (uint32_t y = 0; y < image->height; y++)
        for (uint32_t x = 0; x < width; x++)
            *out++ = mk_div((float)image->pixels[y * image->stride + x] - mean, deviation);
    return (mk_quality)(spread ? 0u : MK_QUALITY_FLAT);
}

void mk_integral_process(const mk_image *image, uint32_t *sums)
{
    const uint32_t width = image->width, row_length = width + 1u;
    for (uint32_t x = 0; x <= width; x++)
        sums[x] = 0;
    for (uint32_t y = 0; y < image->height; y++) {
        const uint8_t *const row = image->pixels + y * image->stride;
        const uint32_t *const above = sums + y * row_length;
        uint32_t *const here = sums + (y + 1u) * row_length;
        uint32_t sum = 0;
        here[0] = 0;
        for (uint32_t x = 0; x < width; x++) {
            sum += row[x];
            here[x + 1u] = above[x + 1u] + sum;
        }
    }
}

float mk_integral_box(const uint32_t *sums, uint16_t image_width, uint16_t x, uint16_t y, uint16_t width, uint16_t height)
{
    const uint32_t row_length = (uint32_t)image_width + 1u;
    const uint32_t *const top = sums + y * row_length, *const bottom = sums + ((uint32_t)y + height) * row_length;
    const uint32_t right = (uint32_t)x + width, sum = bottom[right] - bottom[x] - top[right] + top[x];
    return mk_div((float)sum, (float)((uint32_t)width * height));
}

mk_motion mk_motion_process(const mk_image *before, const mk_image *now, uint8_t threshold)
{
    const uint32_t width = now->width, height = now->height, pixels = width * height;
    uint32_t total = 0, changed = 0;
    uint64_t across = 0, down = 0;
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *const a = before->pixels + y * before->stride, *const b = now->pixels + y * now->stride;
        uint32_t row = 0;
        for (uint32_t x = 0; x < width; x++) {
            const uint32_t difference = a[x] > b[x] ? (uint32_t)a[x] - b[x] : (uint32_t)b[x] - a[x];
            row += difference;
            across += (uint64_t)difference * (2u * x + 1u);
            changed += difference > threshold;
        }
        total += row;
        down += (uint64_t)row * (2u * y + 1u);
    }
    mk_motion motion = {mk_div((float)total, (float)pixels), mk_div((float)changed, (float)pixels), 0.5f, 0.5f};
    if (total) {
        motion.x = mk_div(mk_div((float)across, (float)total), 2.0f * (float)width);
        motion.y = mk_div(mk_div((float)down, (float)total), 2.0f * (float)height);
    }
    return motion;
}
