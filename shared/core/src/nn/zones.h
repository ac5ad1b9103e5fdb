/* The walk over the zones of nn_zones.h. */
#ifndef MK_NN_ZONES_INTERNAL_H
#define MK_NN_ZONES_INTERNAL_H

#include "motekit/nn_zones.h"

/* No AVR: the walk makes structures in RAM, and kernels read theirs from flash. */
#if !(defined(__AVR__) && defined(__FLASH))
#define MK_NN_HAS_ZONES

/* A part of the output. part has its size; the input is the whole one, so the padding says where the part begins. */
typedef void mk_zone_kernel(const mk_conv *part, uint16_t extra, const int8_t *in, int8_t *out, void *scratch);

void mk_zones_run(const mk_conv *conv, const mk_zones *zones, mk_zone_kernel *kernel, const int8_t *in, int8_t *out,
                  void *scratch);

/* Where a part of a pointwise convolution begins in the input. */
static inline const int8_t *mk_zone_pixels(const mk_conv *part, const int8_t *in)
{
    return in + ((uint32_t)-part->pad_top * part->in_w + (uint32_t)-part->pad_left) * part->in_c;
}

#endif
#endif
