/* Grey images, in integers: the same bits everywhere.
 *
 *   mk_image  uint8 pixels, row by row, `stride` bytes from one row to the next; width and height 1 to 4096,
 *             width * height at most 2^22
 *
 *   gray      BT.601 luma (77 R + 150 G + 29 B + 128) / 256, from RGB888 or RGB565 (native byte order)
 *   crop      a view of the same pixels; ERR_ARG if it reaches out of the image
 *   area      every output pixel is the mean of the area it covers, fractions of pixels included: for shrinking
 *   bilinear  between the four nearest pixel centres (centres at half pixels, edges held): for slight changes of size
 *   equalise  stretches the histogram's cumulative distribution to 0..255, in place allowed; lut uint8[256],
 *             counts uint32[256] are scratch
 *   All divisions round to nearest, halves up.
 *
 * Sources: ITU-R BT.601; Gonzalez & Woods, Digital Image Processing, 4th ed., 2.4 and 3.3.
 */
#ifndef MOTEKIT_DSP_IMAGE_H
#define MOTEKIT_DSP_IMAGE_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    uint8_t *pixels;
    uint16_t width, height, stride;
} mk_image;

/* MK_OK if the sizes are in range and the stride is not below the width. */
mk_status mk_image_check(const mk_image *image);

void mk_gray_rgb888(const uint8_t *rgb, uint8_t *gray, uint32_t pixels);
void mk_gray_rgb565(const uint16_t *rgb, uint8_t *gray, uint32_t pixels);
mk_status mk_image_crop(const mk_image *image, uint16_t x, uint16_t y, uint16_t width, uint16_t height, mk_image *out);
void mk_image_area(const mk_image *in, const mk_image *out);
void mk_image_bilinear(const mk_image *in, const mk_image *out);

/* FLAT if all pixels are equal: they are copied as they are. */
mk_quality mk_image_equalise(const mk_image *in, const mk_image *out, uint32_t *counts);

#endif
