/* float32 features to the int8 tensor of a network, each by its own mean and deviation.
 *
 *   in        float32[width]
 *   out       int8[width]: (in - mean) * gain + zero_point, to the nearest (halves upwards), limited to -128 to 127
 *   mean      float32[width]
 *   gain      float32[width]: 1 / (deviation * scale of the tensor)
 *
 * A NaN becomes the zero point, as a feature at its mean would: the window's quality says what it is.
 */
#ifndef MOTEKIT_DSP_AFFINE_H
#define MOTEKIT_DSP_AFFINE_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    const float *mean, *gain;
    uint16_t width;
    int8_t zero_point;
} mk_affine;

mk_status mk_affine_check(const mk_affine *affine);
void mk_affine_process(const mk_affine *affine, const float *in, int8_t *out);

#endif
