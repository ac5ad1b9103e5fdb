#include <string.h>

#include "motekit/dsp_conditioning.h"
#include "motekit/dsp_soil.h"

void mk_stage_smooth(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const float share = *(const float *)stage->config;
    for (uint32_t c = 0; c < stage->channels; c++) {
        const float *const x = in->x + c * in->stride;
        float *const y = out->x + c * out->stride;
        if (!(stage->chosen >> c & 1u)) {
            memcpy(y, x, in->count * sizeof *y);
            continue;
        }
        mk_smooth smooth = {share, state[1], state[0] > 0.0f};
        mk_smooth_process(&smooth, x, y, in->count);
        state[0] = smooth.started ? 1.0f : 0.0f;
        state[1] = smooth.value;
        state += 2;
    }
}
