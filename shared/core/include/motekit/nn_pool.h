/* Pooling on int8, NHWC; scale and zero point of in and out are the same.
 *
 *   in    int8[batch][in_h][in_w][channels], out int8[batch][out_h][out_w][channels]
 *
 * Pixels outside the input do not count. The average is rounded to the nearest, ties away from
 * zero. Writes out in order; reads for output row y no input row before y * stride_h - pad_top.
 */
#ifndef MOTEKIT_NN_POOL_H
#define MOTEKIT_NN_POOL_H

#include "motekit/nn_quant.h"

typedef struct {
    uint16_t batch;
    uint16_t in_h, in_w, channels;
    uint16_t out_h, out_w;
    uint16_t window_h, window_w;
    uint16_t stride_h, stride_w;
    int16_t pad_top, pad_left;
    int16_t act_min, act_max;
} mk_pool;

void mk_avgpool_s8(const MK_FLASH mk_pool *pool, const int8_t *in, int8_t *out);
void mk_maxpool_s8(const MK_FLASH mk_pool *pool, const int8_t *in, int8_t *out);

#endif
