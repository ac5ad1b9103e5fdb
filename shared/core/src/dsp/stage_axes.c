/* Stages that change what the channels are. */
#include <string.h>

#include "motekit/dsp_axes.h"
#include "motekit/dsp_conditioning.h"

void mk_stage_select(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    float *y = out->x;
    (void)state;
    for (uint32_t c = 0; c < stage->channels; c++)
        if (stage->chosen >> c & 1u) {
            memcpy(y, in->x + c * in->stride, in->count * sizeof *y);
            y += out->stride;
        }
}

void mk_stage_copy(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    float *again = out->x + (uint32_t)stage->channels * out->stride;
    (void)state;
    for (uint32_t c = 0; c < stage->channels; c++) {
        memcpy(out->x + c * out->stride, in->x + c * in->stride, in->count * sizeof *again);
        if (stage->chosen >> c & 1u) {
            memcpy(again, in->x + c * in->stride, in->count * sizeof *again);
            again += out->stride;
        }
    }
}

void mk_stage_magnitude(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const int keep = *(const uint8_t *)stage->config;
    float *y = out->x, frame[MK_CONDITIONING_CHANNELS];
    (void)state;
    for (uint32_t c = 0; c < stage->channels; c++)
        if (keep || !(stage->chosen >> c & 1u)) {
            memcpy(y, in->x + c * in->stride, in->count * sizeof *y);
            y += out->stride;
        }
    for (uint32_t i = 0; i < in->count; i++) {
        uint32_t axes = 0;
        for (uint32_t c = 0; c < stage->channels; c++)
            if (stage->chosen >> c & 1u)
                frame[axes++] = in->x[c * in->stride + i];
        mk_magnitude_process(frame, 1, (uint8_t)axes, y + i);
    }
}

void mk_stage_gravity(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_stage_gravity_config *const config = stage->config;
    float *still = out->x + (uint32_t)stage->channels * out->stride;
    for (uint32_t c = 0; c < stage->channels; c++) {
        const float *const x = in->x + c * in->stride;
        float *const y = out->x + c * out->stride;
        if (!(stage->chosen >> c & 1u)) {
            memcpy(y, x, in->count * sizeof *y);
            continue;
        }
        mk_gravity axis = {config->share, {state[1]}, 1, state[0] > 0.0f};
        for (uint32_t i = 0; i < in->count; i++) {
            mk_gravity_process(&axis, x + i, y + i, 1);
            if (!config->body)
                y[i] = axis.gravity[0];
            else if (config->gravity)
                still[i] = axis.gravity[0];
        }
        state[0] = 1.0f;
        state[1] = axis.gravity[0];
        state += 2;
        still += out->stride;
    }
}
