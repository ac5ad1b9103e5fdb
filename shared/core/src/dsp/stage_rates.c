/* Stages after which there are more or fewer frames: in equal times or in equal angles of a shaft. */
#include <string.h>

#include "motekit/dsp_conditioning.h"
#include "motekit/dsp_order.h"

/* State: started, next, phase, skip, flags since the last frame out; then the history of each channel. */
void mk_stage_resample(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_resample_config *const config = stage->config;
    float *const history = state + 5;
    const uint32_t taps = config->taps;
    if (!(state[0] > 0.0f)) {
        state[0] = state[3] = 1.0f;
        for (uint32_t c = 0; c < stage->channels; c++)
            for (uint32_t t = 0; t < taps; t++)
                history[c * taps + t] = in->x[c * in->stride];
    }
    uint32_t pending = (uint32_t)state[4], written = 0;
    for (uint32_t i = 0; i < in->count; i++) {
        mk_resample r = {0};
        uint32_t fresh = 0;
        for (uint32_t c = 0; c < stage->channels; c++) {
            r = (mk_resample){config, history + c * taps, (uint16_t)state[1], (uint16_t)state[2], (uint16_t)state[3]};
            fresh = mk_resample_process(&r, in->x + c * in->stride + i, 1, out->x + c * out->stride + written);
        }
        state[1] = (float)r.next;
        state[2] = (float)r.phase;
        state[3] = (float)r.skip;
        pending |= in->flags[i];
        if (fresh) {
            memset(out->flags + written, (int)pending, fresh);
            pending = 0;
        }
        written += fresh;
    }
    state[4] = (float)pending;
    out->count = (uint16_t)written;
}

/* State: started, flags since the last frame out; then angle and last sample of each channel. */
void mk_stage_order(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_stage_order_config *const config = stage->config;
    const float *const speed = in->x + config->speed * in->stride;
    uint32_t pending = (uint32_t)state[1], written = 0;
    for (uint32_t i = 0; i < in->count; i++) {
        /* refused here what the block refuses only above MK_ORDER_MOST: negative it certainly refuses */
        const float told = speed[i] * config->factor;
        const float turns = told * (float)config->per_turn < (float)stage->most ? told : -1.0f;
        uint32_t fresh = 0, channel = 0;
        mk_quality quality = 0;
        for (uint32_t c = 0; c < stage->channels; c++) {
            if (c == config->speed)
                continue;
            float *const kept = state + 2u + 2u * channel;
            mk_order order = {(float)config->per_turn, kept[0], kept[1], state[0] > 0.0f};
            fresh = mk_order_process(&order, in->x + c * in->stride + i, &turns, 1,
                                     out->x + channel * out->stride + written, &quality);
            kept[0] = order.angle;
            kept[1] = order.last;
            channel++;
        }
        state[0] = 1.0f;
        pending |= (uint32_t)in->flags[i] | quality;
        if (fresh) {
            memset(out->flags + written, (int)pending, fresh);
            pending = 0;
        }
        written += fresh;
    }
    state[1] = (float)pending;
    out->count = (uint16_t)written;
}
