#include "zones.h"

#ifdef MK_NN_HAS_ZONES

static void part_of(const mk_conv *part, uint16_t extra, const int8_t *in, int8_t *out, void *scratch)
{
    (void)scratch;
    mk_conv_s8(part, extra, in, out);
}

void mk_conv_s8_zones(const mk_conv *conv, const mk_zones *zones, const int8_t *in, int8_t *out)
{
    mk_zones_run(conv, zones, part_of, in, out, 0);
}

#endif
