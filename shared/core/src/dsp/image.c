#include "motekit/dsp_image.h"

mk_status mk_image_check(const mk_image *image)
{
    if (!image || !image->pixels || image->width == 0 || image->height == 0 || image->width > 4096 ||
        image->height > 4096 || image->stride < image->width || (uint32_t)image->width * image->height > 1u << 22)
        return MK_ERR_ARG;
    return MK_OK;
}

static uint8_t luma(uint32_t red, uint32_t green, uint32_t blue)
{
    return (uint8_t)((77u * red + 150u * green + 29u * blue + 128u) >> 8);
}

void mk_gray_rgb888(const uint8_t *rgb, uint8_t *gray, uint32_t pixels)
{
    for (uint32_t i = 0; i < pixels; i++, rgb += 3)
        gray[i] = luma(rgb[0], rgb[1], rgb[2]);
}

void mk_gray_rgb565(const uint16_t *rgb, uint8_t *gray, uint32_t pixels)
{
    for (uint32_t i = 0; i < pixels; i++) {
        const uint32_t red = (uint32_t)rgb[i] >> 11, green = ((uint32_t)rgb[i] >> 5) & 63u, blue = rgb[i] & 31u;
        /* the upper bits repeated below: full scale stays full scale */
        gray[i] = luma(red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2);
    }
}

mk_status mk_image_crop(const mk_image *image, uint16_t x, uint16_t y, uint16_t width, uint16_t height, mk_image *out)
{
    if (!out || mk_image_check(image) != MK_OK || width == 0 || height == 0 || (uint32_t)x + width > image->width ||
        (uint32_t)y + height > image->height)
        return MK_ERR_ARG;
    *out = (mk_image){image->pixels + (uint32_t)y * image->stride + x, width, height, image->stride};
    return MK_OK;
}

/* Overlap of input pixel i with output pixel o, when an input pixel is `out` units long and an output one `in`. */
static uint32_t overlap(uint32_t i, uint32_t o, uint32_t in, uint32_t out)
{
    const uint32_t from = i * out > o * in ? i * out : o * in;
    const uint32_t to = (i + 1u) * out < (o + 1u) * in ? (i + 1u) * out : (o + 1u) * in;
    return to - from;
}

void mk_image_area(const mk_image *in, const mk_image *out)
{
    const uint32_t iw = in->width, ih = in->height, ow = out->width, oh = out->height, area = iw * ih;
    for (uint32_t y = 0; y < oh; y++) {
        const uint32_t top = y * ih / oh, bottom = ((y + 1u) * ih + oh - 1u) / oh;
        for (uint32_t x = 0; x < ow; x++) {
            const uint32_t left = x * iw / ow, right = ((x + 1u) * iw + ow - 1u) / ow;
            uint32_t sum = area / 2u;
            for (uint32_t r = top; r < bottom; r++) {
                const uint8_t *const row = in->pixels + r * in->stride;
                uint32_t across = 0;
                for (uint32_t c = left; c < right; c++)
                    across += row[c] * overlap(c, x, iw, ow);
                sum += across * overlap(r, y, ih, oh);
            }
            out->pixels[y * out->stride + x] = (uint8_t)(sum / area);
        }
    }
}

/* Input position of output centre o: the pixel before it, the one after, and the weight of the latter in 1 / (2 out). */
static uint32_t centre(uint32_t o, uint32_t in, uint32_t out, uint32_t *before, uint32_t *after)
{
    const int32_t position = (int32_t)((2u * o + 1u) * in) - (int32_t)out;
    if (position <= 0) {
        *before = *after = 0;
        return 0;
    }
    *before = (uint32_t)position / (2u * out);
    *after = *before + 1u < in ? *before + 1u : *before;
    return (uint32_t)position % (2u * out);
}

void mk_image_bilinear(const mk_image *in, const mk_image *out)
{
    const uint32_t width = 2u * out->width, height = 2u * out->height;
    for (uint32_t y = 0; y < out->height; y++) {
        uint32_t above, below, left, right;
        const uint32_t down = centre(y, in->height, out->height, &above, &below);
        const uint8_t *const upper = in->pixels + above * in->stride, *const lower = in->pixels + below * in->stride;
        for (uint32_t x = 0; x < out->width; x++) {
            const uint32_t across = centre(x, in->width, out->width, &left, &right);
            const uint32_t first = upper[left] * (width - across) + upper[right] * across;
            const uint32_t second = lower[left] * (width - across) + lower[right] * across;
            const uint32_t sum = first * (height - down) + second * down;
            out->pixels[y * out->stride + x] = (uint8_t)((sum + width * height / 2u) / (width * height));
        }
    }
}

mk_quality mk_image_equalise(const mk_image *in, const mk_image *out, uint32_t *counts)
{
    const uint32_t pixels = (uint32_t)in->width * in->height;
    uint32_t least = 0, sum = 0;
    for (uint32_t v = 0; v < 256; v++)
        counts[v] = 0;
    for (uint32_t y = 0; y < in->height; y++)
        for (uint32_t x = 0; x < in->width; x++)
            counts[in->pixels[y * in->stride + x]]++;
    while (counts[least] == 0)
        least++;
    const uint32_t darkest = counts[least], rest = pixels - darkest;
    for (uint32_t v = 0; v < 256; v++) {
        sum += counts[v];
        /* at most 2^22 pixels: the product fits into 32 bits */
        counts[v] = rest == 0 ? v : sum <= darkest ? 0 : ((sum - darkest) * 255u + rest / 2u) / rest;
    }
    for (uint32_t y = 0; y < in->height; y++)
        for (uint32_t x = 0; x < in->width; x++)
            out->pixels[y * out->stride + x] = (uint8_t)counts[in->pixels[y * in->stride + x]];
    return (mk_quality)(rest == 0 ? MK_QUALITY_FLAT : 0u);
}
