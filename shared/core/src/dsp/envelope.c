#include "motekit/dsp_envelope.h"

#include "motekit/dsp_math.h"

mk_status mk_envelope_init(mk_envelope *envelope, const mk_resample_config *hilbert, float *history)
{
    if (!envelope || mk_resample_init(&envelope->hilbert, hilbert, history) != MK_OK)
        return MK_ERR_ARG;
    return hilbert->up == 1 && hilbert->down == 1 && hilbert->taps % 2 ? MK_OK : MK_ERR_ARG;
}

void mk_envelope_reset(mk_envelope *envelope)
{
    mk_resample_reset(&envelope->hilbert);
}

void mk_envelope_process(mk_envelope *envelope, const float *in, float *out, uint32_t n)
{
    mk_resample *const hilbert = &envelope->hilbert;
    const uint32_t taps = hilbert->config->taps;
    for (uint32_t i = 0; i < n; i++) {
        float h;
        (void)mk_resample_process(hilbert, in + i, 1, &h);
        /* the sample in the middle of the transformer's history */
        const uint32_t middle = hilbert->next + taps / 2u;
        const float x = hilbert->history[middle < taps ? middle : middle - taps];
        out[i] = mk_sqrt(mk_add_product(x * x, h, h));
    }
}

void mk_rectify(const float *in, float *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = mk_abs(in[i]);
}
