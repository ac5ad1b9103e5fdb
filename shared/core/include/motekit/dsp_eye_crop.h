/* A picture of an eye as the eye-state network wants it: MK_EYE_SIDE pixels a side, histogram equalised.
 *
 *   in       the picture of one eye, of any size: shrunk by area, or enlarged between pixel centres
 *   out      uint8[MK_EYE_SIDE * MK_EYE_SIDE]; `input` equalises it in place: no gain, gamma or level of the camera
 *            is left in it, and gives it int8 through `table`, int8[256]: the network's own scale
 *   counts   uint32[256], scratch
 *   eye_crop the square of a frame around a place, moved inside the frame where it would reach out of it; shrunk to
 *            the smaller side of the frame
 *   FLAT     the picture has one grey level only
 */
#ifndef MOTEKIT_DSP_EYE_CROP_H
#define MOTEKIT_DSP_EYE_CROP_H

#include <stdint.h>

#include "motekit/dsp_image.h"
#include "motekit/dsp_quality.h"

#define MK_EYE_SIDE 32
#define MK_EYE_PIXELS 1024

void mk_eye_crop(const mk_image *frame, int32_t x, int32_t y, int32_t side, mk_image *out);
void mk_eye_resize(const mk_image *in, uint8_t *out);
mk_quality mk_eye_input(uint8_t *patch, const int8_t *table, int8_t *input, uint32_t *counts);

#endif
