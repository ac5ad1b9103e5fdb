/* Matrix products with the weights in their plain order, for cores without the DSP extension and for Helium. */
#ifndef MK_NN_ROW_H
#define MK_NN_ROW_H

#include "motekit/nn_row.h"
#include "patch.h"

/* One pixel, whose kernel_h * kernel_w * in_c activations are at in. Writes out_c bytes. */
void mk_row_pixel(const mk_conv *conv, const int8_t *in, int8_t *out);

#endif
