#include "motekit/dsp_resample.h"

#include "motekit/dsp_math.h"

mk_status mk_resample_init(mk_resample *r, const mk_resample_config *config, float *history)
{
    if (!r || !config || !config->phases || !history || config->up == 0 || config->up > MK_RESAMPLE_MAX_RATE ||
        config->down == 0 || config->down > MK_RESAMPLE_MAX_RATE || config->taps == 0)
        return MK_ERR_ARG;
    r->config = config;
    r->history = history;
    mk_resample_reset(r);
    return MK_OK;
}

void mk_resample_reset(mk_resample *r)
{
    for (uint32_t i = 0; i < r->config->taps; i++)
        r->history[i] = 0.0f;
    r->next = 0;
    r->phase = 0;
    r->skip = 1;
}

uint32_t mk_resample_size(const mk_resample *r, uint32_t n)
{
    return (uint32_t)((uint64_t)n * r->config->up / r->config->down) + 1u;
}

static float run(float sum, const float *h, const float *x, uint32_t n)
{
    for (uint32_t quads = n / 4u; quads; quads--, x += 4, h += 4) {
        sum = mk_add_product(sum, h[0], x[0]);
        sum = mk_add_product(sum, h[1], x[1]);
        sum = mk_add_product(sum, h[2], x[2]);
        sum = mk_add_product(sum, h[3], x[3]);
    }
    for (const float *const end = x + n % 4u; x < end;)
        sum = mk_add_product(sum, *h++, *x++);
    return sum;
}

uint32_t mk_resample_process(mk_resample *r, const float *in, uint32_t n, float *out)
{
    const mk_resample_config *const config = r->config;
    const uint32_t taps = config->taps;
    uint32_t written = 0;
    for (uint32_t i = 0; i < n; i++) {
        r->history[r->next] = in[i];
        r->next = (uint16_t)(r->next + 1u == taps ? 0u : r->next + 1u);
        r->skip--;
        while (r->skip == 0) {
            const float *const h = config->phases + (uint32_t)r->phase * taps;
            const uint32_t old = taps - r->next;
            out[written++] = run(run(0.0f, h, r->history + r->next, old), h + old, r->history, r->next);
            const uint32_t position = (uint32_t)r->phase + config->down;
            r->skip = (uint16_t)(position / config->up);
            r->phase = (uint16_t)(position % config->up);
        }
    }
    return written;
}
