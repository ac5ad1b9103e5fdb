/* Matrix products with the weights in their plain order, for cores without the DSP extension and for Helium. */
#ifndef MK_NN_ROW_H
#define MK_NN_ROW_H

#include "motekit/nn_row.h"
#include "patch.h"

/* Pixels whose kernel_h * kernel_w * in_c activations lie one after the other at in. Writes pixels * out_c bytes. */
void mk_row_pixels(const MK_FLASH mk_conv *conv, const int8_t *in, uint32_t pixels, int8_t *out);

#endif
