#include "motekit/dsp_conditioning.h"

#include <string.h>

#include "motekit/dsp_math.h"

/* Memory: gaps, state, two blocks of `capacity` floats, then two of `flag_bytes` flags.
 *
 * Gaps: the frames that wait, [longest + 1][channels], their flags, then by channel the run of missing samples, the
 * sample before it, whether there is one, and the last sample out; then how many frames wait and where the next goes.
 */
#define GAP_FRAMES(config) ((uint32_t)(config)->longest + 1u)
#define GAP_FLOATS(config) (GAP_FRAMES(config) * ((config)->channels + 1u) + 4u * (config)->channels + 2u)

static uint32_t state_floats(const mk_conditioning_config *config)
{
    uint32_t floats = 0;
    for (uint32_t i = 0; i < config->count; i++)
        floats += config->stages[i].state;
    return floats;
}

/* Whether each stage takes what the one before gives and its blocks fit. */
static int fits(const mk_conditioning_config *config)
{
    uint32_t frames = config->block, channels = config->channels;
    if (frames * channels > config->capacity)
        return 0;
    for (const mk_stage *s = config->stages; s < config->stages + config->count; s++) {
        if (!s->run || !s->config || s->channels != channels || s->out_channels == 0 || s->most == 0 ||
            s->out_channels > MK_CONDITIONING_CHANNELS)
            return 0;
        frames *= s->most;
        channels = s->out_channels;
        if (frames > config->capacity / channels)
            return 0;
    }
    return channels == config->out_channels;
}

mk_status mk_conditioning_init(mk_conditioning *conditioning, const mk_conditioning_config *config, float *memory)
{
    if (!conditioning || !config || !memory || !config->scale || (config->count && !config->stages) ||
        config->block == 0 || config->channels == 0 || config->channels > MK_CONDITIONING_CHANNELS || !fits(config))
        return MK_ERR_ARG;
    for (uint32_t c = 0; c < config->channels; c++)
        if (mk_scale_check(&config->scale[c]) != MK_OK)
            return MK_ERR_ARG;
    const uint32_t state = state_floats(config);
    if (GAP_FLOATS(config) + state + 2u * config->capacity + (2u * config->capacity + 3u) / 4u > config->memory)
        return MK_ERR_SIZE;
    conditioning->config = config;
    conditioning->gaps = memory;
    conditioning->state = memory + GAP_FLOATS(config);
    conditioning->blocks = conditioning->state + state;
    conditioning->flags = (mk_quality *)(conditioning->blocks + 2u * config->capacity);
    mk_conditioning_reset(conditioning);
    return MK_OK;
}

void mk_conditioning_reset(mk_conditioning *conditioning)
{
    const uint32_t floats = GAP_FLOATS(conditioning->config) + state_floats(conditioning->config);
    for (uint32_t i = 0; i < floats; i++)
        conditioning->gaps[i] = 0.0f;
    for (uint32_t i = 0; i < 8u; i++)
        conditioning->held[i] = 0;
    conditioning->up = 0;
}

/* One frame in the sensor's unit, NaN for what is missing. */
static uint32_t scaled(const mk_conditioning_config *config, const int16_t *frame, float *out)
{
    uint32_t flags = 0;
    for (uint32_t c = 0; c < config->channels; c++)
        if (frame && frame[c] != INT16_MIN) {
            flags |= mk_scale_process(&config->scale[c], &frame[c], &out[c], 1);
        } else {
            out[c] = mk_float_from(0x7FC00000u);
            flags |= MK_QUALITY_GAP;
        }
    return flags;
}

/* Channel c of the newest frame, at slot `at`: ends the run of missing samples before it on a straight line. */
static void end_run(const mk_conditioning_config *config, float *waiting, uint32_t at, uint32_t c, float *channel)
{
    const uint32_t frames = GAP_FRAMES(config), channels = config->channels, run = (uint32_t)channel[0];
    const float after = waiting[at * channels + c], before = channel[2] > 0.0f ? channel[1] : after;
    if (run <= config->longest) {
        const float step = mk_div(after - before, (float)(run + 1u));
        for (uint32_t i = 1; i <= run; i++) {
            const uint32_t slot = at + frames - (run + 1u - i);
            waiting[(slot < frames ? slot : slot - frames) * channels + c] = before + (float)i * step;
        }
    }
    channel[0] = 0.0f;
}

/* One frame in; the oldest of those that wait comes out once there are enough: then 1. */
static int mend(mk_conditioning *conditioning, const int16_t *frame, mk_block *out)
{
    const mk_conditioning_config *const config = conditioning->config;
    const uint32_t frames = GAP_FRAMES(config), channels = config->channels;
    float *const waiting = conditioning->gaps, *const flags = waiting + frames * channels;
    float *const channel = flags + frames, *const count = channel + 4u * channels, *const next = count + 1;
    const uint32_t at = (uint32_t)*next, oldest = at + 1u == frames ? 0u : at + 1u;
    flags[at] = (float)scaled(config, frame, waiting + at * channels);
    for (uint32_t c = 0; c < channels; c++) {
        const float x = waiting[at * channels + c];
        if (x == x && channel[4u * c] > 0.0f)
            end_run(config, waiting, at, c, channel + 4u * c);
        if (x == x) {
            channel[4u * c + 1u] = x;
            channel[4u * c + 2u] = 1.0f;
        } else if (channel[4u * c] <= (float)config->longest) {
            channel[4u * c] += 1.0f;
        }
    }
    *next = (float)oldest;
    if (*count < (float)config->longest) {
        *count += 1.0f;
        return 0;
    }
    uint32_t quality = (uint32_t)flags[oldest];
    for (uint32_t c = 0; c < channels; c++) {
        const float x = waiting[oldest * channels + c];
        if (x == x)
            channel[4u * c + 3u] = x;
        else
            quality |= MK_QUALITY_NONFINITE;
        out->x[c * out->stride + out->count] = channel[4u * c + 3u];
    }
    out->flags[out->count++] = (mk_quality)quality;
    return 1;
}

/* Keeps each flag up for `hold` frames more. */
static void hold_flags(mk_conditioning *conditioning, mk_quality *flags, uint32_t n)
{
    const uint16_t hold = conditioning->config->hold;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t now = flags[i];
        uint32_t all = now;
        if (!(now | conditioning->up))
            continue;
        conditioning->up = 0;
        for (uint32_t bit = 0; bit < 8u; bit++) {
            if (now >> bit & 1u) {
                conditioning->held[bit] = hold;
            } else if (conditioning->held[bit]) {
                conditioning->held[bit]--;
                all |= 1u << bit;
            }
        }
        /* those that stay up for at least one frame more */
        for (uint32_t bit = 0; bit < 8u; bit++)
            if (conditioning->held[bit])
                conditioning->up = 1;
        flags[i] = (mk_quality)all;
    }
}

uint32_t mk_conditioning_process(mk_conditioning *conditioning, const int16_t *frames, uint32_t n, const float **out,
                                 const mk_quality **flags)
{
    const mk_conditioning_config *const config = conditioning->config;
    float *state = conditioning->state;
    mk_block now = {conditioning->blocks, conditioning->flags, 0, config->block}, then;
    for (uint32_t i = 0; i < n; i++)
        (void)mend(conditioning, frames ? frames + i * config->channels : 0, &now);
    uint32_t most = config->block, other = 1;
    for (const mk_stage *s = config->stages; s < config->stages + config->count; s++) {
        most *= s->most;
        then = (mk_block){conditioning->blocks + other * config->capacity,
                          conditioning->flags + other * config->capacity, now.count, (uint16_t)most};
        memcpy(then.flags, now.flags, now.count);
        if (now.count)
            s->run(s, state, &now, &then);
        state += s->state;
        now = then;
        other ^= 1u;
    }
    float *const interleaved = conditioning->blocks + other * config->capacity;
    for (uint32_t i = 0; i < now.count; i++)
        for (uint32_t c = 0; c < config->out_channels; c++)
            interleaved[i * config->out_channels + c] = now.x[c * now.stride + i];
    hold_flags(conditioning, now.flags, now.count);
    *out = interleaved;
    *flags = now.flags;
    return now.count;
}
