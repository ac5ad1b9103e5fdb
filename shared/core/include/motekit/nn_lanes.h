/* Depthwise convolution with channels side by side in vectors, for Helium (Cortex-M55).
 *
 * Sixteen channels at a time are copied with their padding, by bands of rows, and computed eight at a
 * time. Because a band is copied before its outputs are written, a layer whose output has the shape of
 * its input may run in place.
 *
 * Takes: multiplier 1, dilation 1, weights of -127..127, no left shifts. Weights and channels as for
 * mk_depthwise_s8.
 */
#ifndef MOTEKIT_NN_LANES_H
#define MOTEKIT_NN_LANES_H

#include "motekit/nn_conv.h"

/* band: output rows of a band. scratch: 16 * (kernel_h * kernel_w + rows * columns) bytes, where
 * rows = (band - 1) * stride_h + kernel_h and columns = (out_w - 1) * stride_w + kernel_w. In place if in and
 * out have the same shape; they must not overlap otherwise.
 * band 0: no padding is needed and nothing is copied; scratch is not used. Up to 7 bytes are read past the end of in and
 * of the weights. */
void mk_depthwise_s8_lanes(const MK_FLASH mk_conv *conv, uint16_t band, const int8_t *in, int8_t *out, void *scratch);

#endif
