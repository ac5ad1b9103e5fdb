#include "motekit/dsp_dcblock.h"

mk_status mk_dcblock_init(mk_dcblock *block, float r)
{
    if (!block || !(r >= 0.0f && r < 1.0f))
        return MK_ERR_ARG;
    *block = (mk_dcblock){r, 0.0f, 0.0f, 0};
    return MK_OK;
}

void mk_dcblock_process(mk_dcblock *block, const float *in, float *out, uint32_t n)
{
    float x = block->x, y = block->y;
    if (n && !block->started) {
        block->started = 1;
        x = in[0];
    }
    for (uint32_t i = 0; i < n; i++) {
        y = (in[i] - x) + block->r * y;
        x = in[i];
        out[i] = y;
    }
    block->x = x;
    block->y = y;
}
