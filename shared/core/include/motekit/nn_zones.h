/* Convolutions whose biases depend on the place: what input channels that do not depend on the input
 * add to a sum is another number at the borders than inside, where the filter reads padding.
 *
 * Rows and columns of the output are divided into runs of one kind each; each pair of kinds is a zone with
 * constants of its own. The kernel is called for each zone: memory and order of writes are as in one call.
 */
#ifndef MOTEKIT_NN_ZONES_H
#define MOTEKIT_NN_ZONES_H

#include "motekit/nn_conv.h"
#include "motekit/nn_pair.h"
#include "motekit/nn_row.h"

typedef struct {
    const MK_FLASH mk_channel *channels;     /* [row kinds][column_kinds][channel_count] */
    const MK_FLASH uint16_t *rows, *columns; /* runs: how many, of which kind */
    uint16_t row_runs, column_runs, column_kinds, channel_count;
    uint16_t extra; /* group_c of mk_conv_s8, block of nn_row.h */
} mk_zones;

/* batch 1; scratch as for the kernel of the name without _zones */
void mk_conv_s8_zones(const MK_FLASH mk_conv *conv, const MK_FLASH mk_zones *zones, const int8_t *in, int8_t *out);
void mk_conv_s8_pair_zones(const MK_FLASH mk_conv *conv, const MK_FLASH mk_zones *zones, const int8_t *in, int8_t *out,
                           void *scratch);
void mk_pointwise_s8_pair_zones(const MK_FLASH mk_conv *conv, const MK_FLASH mk_zones *zones, const int8_t *in,
                                int8_t *out, void *scratch);
void mk_conv_s8_row_zones(const MK_FLASH mk_conv *conv, const MK_FLASH mk_zones *zones, const int8_t *in, int8_t *out,
                          void *scratch);
void mk_pointwise_s8_row_zones(const MK_FLASH mk_conv *conv, const MK_FLASH mk_zones *zones, const int8_t *in,
                               int8_t *out, void *scratch);

#endif
