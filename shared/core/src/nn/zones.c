#include "zones.h"

#ifdef MK_NN_HAS_ZONES

void mk_zones_run(const mk_conv *conv, const mk_zones *zones, mk_zone_kernel *kernel, const int8_t *in, int8_t *out,
                  void *scratch)
{
    const uint16_t *row = zones->rows;
    mk_conv part = *conv;

    for (uint32_t i = 0; i < zones->row_runs; i++, row += 2) {
        /* a run of rows is one piece of memory only if it is of one kind from left to right */
        const uint32_t high = zones->column_runs == 1 ? row[0] : 1;
        for (uint32_t done = 0; done < row[0]; done += high) {
            const uint16_t *column = zones->columns;
            part.out_h = (uint16_t)high;
            part.pad_left = conv->pad_left;
            for (uint32_t j = 0; j < zones->column_runs; j++, column += 2) {
                part.out_w = column[0];
                part.channels =
                    zones->channels + ((uint32_t)row[1] * zones->column_kinds + column[1]) * zones->channel_count;
                kernel(&part, zones->extra, in, out, scratch);
                out += high * column[0] * part.out_c;
                part.pad_left = (int16_t)(part.pad_left - column[0] * part.stride_w);
            }
            part.pad_top = (int16_t)(part.pad_top - (int32_t)high * part.stride_h);
        }
    }
}

#endif
