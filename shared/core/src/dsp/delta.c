#include "motekit/dsp_delta.h"

#include <string.h>

#include "motekit/dsp_fixed.h"

mk_status mk_delta_init(mk_delta *delta, uint16_t width, uint8_t reach, int16_t *ring)
{
    if (!delta || !ring || width == 0 || reach == 0 || reach > 8)
        return MK_ERR_ARG;
    *delta = (mk_delta){ring, width, reach, 0, 0};
    return MK_OK;
}

void mk_delta_reset(mk_delta *delta)
{
    delta->newest = 0;
    delta->rows = 0;
}

static int16_t *slot(const mk_delta *delta, uint32_t age)
{
    const uint32_t slots = 2u * delta->reach + 1u;
    return delta->ring + (delta->newest + slots - age) % slots * delta->width;
}

int mk_delta_next(mk_delta *delta, const int16_t *row, int16_t *out)
{
    const uint32_t reach = delta->reach, width = delta->width, slots = 2u * reach + 1u;
    delta->newest = (uint8_t)((delta->newest + 1u) % slots);
    if (delta->rows == 0)
        for (uint32_t s = 0; s < slots; s++)
            memcpy(delta->ring + s * width, row, width * sizeof *row);
    else
        memcpy(slot(delta, 0), row, width * sizeof *row);
    if (delta->rows < reach) {
        delta->rows++;
        return 0;
    }
    const int32_t squares = (int32_t)(reach * (reach + 1u) * (2u * reach + 1u) / 3u);
    for (uint32_t i = 0; i < width; i++) {
        int32_t sum = 0;
        for (uint32_t n = 1; n <= reach; n++)
            sum += (int32_t)n * (slot(delta, reach - n)[i] - slot(delta, reach + n)[i]);
        sum += sum < 0 ? -(squares / 2) : squares / 2;
        out[i] = mk_saturate_int16(sum / squares);
    }
    return 1;
}

int mk_delta_end(mk_delta *delta, int16_t *out)
{
    /* mk_delta_next writes into the slot after the newest: it may read the newest itself */
    return delta->rows ? mk_delta_next(delta, slot(delta, 0), out) : 0;
}
