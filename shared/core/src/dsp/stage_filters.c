/* Stages that work on each chosen channel by itself and keep the rate. */
#include <string.h>

#include "motekit/dsp_conditioning.h"
#include "motekit/dsp_dcblock.h"
#include "motekit/dsp_envelope.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_median.h"
#include "motekit/dsp_normalise.h"
#include "motekit/dsp_sos.h"

typedef void (*each_channel)(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n);

/* Runs `one` on the chosen channels, `state` floats each; the others pass. */
static void on_each(const mk_stage *stage, float *state, const mk_block *in, mk_block *out, each_channel one,
                    uint32_t floats)
{
    for (uint32_t c = 0; c < stage->channels; c++) {
        const float *const x = in->x + c * in->stride;
        float *const y = out->x + c * out->stride;
        if (stage->chosen >> c & 1u) {
            one(stage, state, x, y, in->count);
            state += floats;
        } else {
            memcpy(y, x, in->count * sizeof *y);
        }
    }
}

static void sos(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    const mk_stage_sos_config *const config = stage->config;
    mk_sos filter = {config->coeffs, state + 2, config->sections};
    if (!(state[0] > 0.0f)) {
        state[0] = 1.0f;
        state[1] = in[0];
    }
    const float first = state[1], level = config->gain * first;
    for (uint32_t i = 0; i < n; i++)
        out[i] = in[i] - first;
    mk_sos_process(&filter, out, out, n);
    for (uint32_t i = 0; i < n; i++)
        out[i] += level;
}

void mk_stage_sos(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_stage_sos_config *const config = stage->config;
    on_each(stage, state, in, out, sos, 2u + MK_SOS_STATE(config->sections));
}

static void dcblock(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    mk_dcblock block = {*(const float *)stage->config, state[1], state[2], state[0] > 0.0f};
    mk_dcblock_process(&block, in, out, n);
    state[0] = 1.0f;
    state[1] = block.x;
    state[2] = block.y;
}

void mk_stage_dcblock(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    on_each(stage, state, in, out, dcblock, 3);
}

static void median(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    const mk_stage_median_config *const config = stage->config;
    mk_median filter = {state + 2, state + 2 + config->width, config->threshold, 0, config->width, (uint8_t)state[1],
                        state[0] > 0.0f};
    mk_median_process(&filter, in, out, n);
    state[0] = 1.0f;
    state[1] = (float)filter.next;
}

void mk_stage_median(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_stage_median_config *const config = stage->config;
    on_each(stage, state, in, out, median, 2u + MK_MEDIAN_MEMORY(config->width));
}

static void normalise(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    const mk_stage_normalise_config *const config = stage->config;
    const int started = state[0] > 0.0f;
    mk_normalise running = {config->share, config->floor, state[1], state[2],
                            started ? state[3] : config->floor * config->floor, (uint8_t)started};
    mk_normalise_process(&running, in, out, n);
    state[0] = 1.0f;
    state[1] = running.first;
    state[2] = running.mean;
    state[3] = running.variance;
}

void mk_stage_normalise(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    on_each(stage, state, in, out, normalise, 4);
}

void mk_stage_gain(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const float *config = stage->config;
    (void)state;
    for (uint32_t c = 0; c < stage->channels; c++) {
        const float *const x = in->x + c * in->stride;
        float *const y = out->x + c * out->stride;
        const int chosen = stage->chosen >> c & 1u;
        for (uint32_t i = 0; i < in->count; i++)
            y[i] = chosen ? (x[i] - config[0]) * config[1] : x[i];
        config += chosen ? 2 : 0;
    }
}

static void difference(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    const float rate = *(const float *)stage->config;
    float last = state[0] > 0.0f ? state[1] : in[0];
    for (uint32_t i = 0; i < n; i++) {
        const float x = in[i];
        out[i] = (x - last) * rate;
        last = x;
    }
    state[0] = 1.0f;
    state[1] = last;
}

void mk_stage_difference(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    on_each(stage, state, in, out, difference, 2);
}

static void envelope(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    const mk_resample_config *const config = stage->config;
    if (!(state[0] > 0.0f)) {
        state[0] = 1.0f;
        for (uint32_t t = 0; t < config->taps; t++)
            state[2u + t] = in[0];
    }
    mk_envelope block = {{config, state + 2, (uint16_t)state[1], 0, 1}};
    mk_envelope_process(&block, in, out, n);
    state[1] = (float)block.hilbert.next;
}

void mk_stage_envelope(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    const mk_resample_config *const config = stage->config;
    on_each(stage, state, in, out, envelope, 2u + config->taps);
}

static void rectify(const mk_stage *stage, float *state, const float *in, float *out, uint32_t n)
{
    (void)stage;
    (void)state;
    mk_rectify(in, out, n);
}

void mk_stage_rectify(const mk_stage *stage, float *state, const mk_block *in, mk_block *out)
{
    on_each(stage, state, in, out, rectify, 0);
}
