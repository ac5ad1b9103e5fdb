/* Depthwise convolution of a few outputs without padding, as streaming networks have one of in each
 * layer: four channels at a time, read where they lie.
 *
 * Takes: multiplier 1, |sum| < 2^30 for every channel, windows that lie inside the image. Weights and
 * channels as for mk_depthwise_s8, with 3 readable bytes after the weights. Reads up to 3 bytes past the end of in.
 */
#ifndef MOTEKIT_NN_QUAD_H
#define MOTEKIT_NN_QUAD_H

#include "motekit/nn_conv.h"

/* No scratch; out must not overlap in. */
void mk_depthwise_s8_quad(const MK_FLASH mk_conv *conv, const int8_t *in, int8_t *out);

#endif
