/* Measures of grey images: mean and deviation, integral image and box means, motion between frames.
 *
 *   normalise out float32[height][width] = (pixel - mean) / deviation; FLAT and deviation 1 if all pixels are equal
 *   integral  sums uint32[(height + 1) * (width + 1)]: sums[y][x] is the sum of all pixels above and left of (x, y)
 *   box       mean of the box from (x, y), width x height pixels, from the integral image
 *   motion    energy: mean |difference| of two frames; changed: share of pixels that differ by more than
 *             `threshold`; x, y: centre of the change, 0 to 1 of the width and height, 0.5 if nothing changed
 *
 * Sums are integers, so only the last step rounds. Source: Viola & Jones 2001 (integral image).
 */
#ifndef MOTEKIT_DSP_PICTURE_H
#define MOTEKIT_DSP_PICTURE_H

#include <stdint.h>

#include "motekit/dsp_image.h"
#include "motekit/dsp_quality.h"

mk_quality mk_image_normalise(const mk_image *image, float *out);

void mk_integral_process(const mk_image *image, uint32_t *sums);
float mk_integral_box(const uint32_t *sums, uint16_t image_width, uint16_t x, uint16_t y, uint16_t width, uint16_t height);

typedef struct {
    float energy, changed, x, y;
} mk_motion;

/* Frames of the same size. */
mk_motion mk_motion_process(const mk_image *before, const mk_image *now, uint8_t threshold);

#endif
