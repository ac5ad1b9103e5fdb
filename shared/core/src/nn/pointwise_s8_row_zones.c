#include "zones.h"

#ifdef MK_NN_HAS_ZONES

static void part_of(const mk_conv *part, uint16_t extra, const int8_t *in, int8_t *out, void *scratch)
{
    mk_pointwise_s8_row(part, extra, mk_zone_pixels(part, in), out, scratch);
}

void mk_pointwise_s8_row_zones(const mk_conv *conv, const mk_zones *zones, const int8_t *in, int8_t *out, void *scratch)
{
    mk_zones_run(conv, zones, part_of, in, out, scratch);
}

#endif
