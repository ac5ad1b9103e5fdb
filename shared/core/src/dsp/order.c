#include "motekit/dsp_order.h"

#include "motekit/dsp_math.h"

mk_status mk_order_init(mk_order *order, uint16_t per_turn)
{
    if (!order || per_turn == 0 || per_turn > 4096)
        return MK_ERR_ARG;
    *order = (mk_order){(float)per_turn, 0.0f, 0.0f, 0};
    return MK_OK;
}

static float step_of(const mk_order *order, float turns, uint32_t *quality)
{
    const float step = turns * order->per_turn;
    if (step >= 0.0f && step <= (float)MK_ORDER_MOST)
        return step;
    *quality |= MK_QUALITY_RANGE;
    return 0.0f;
}

uint32_t mk_order_size(const mk_order *order, const float *turns, uint32_t n)
{
    uint32_t most = 1, quality = 0;
    for (uint32_t i = 0; i < n; i++)
        most += (uint32_t)step_of(order, turns[i], &quality) + 1u;
    return most;
}

uint32_t mk_order_process(mk_order *order, const float *in, const float *turns, uint32_t n, float *out,
                          mk_quality *quality)
{
    uint32_t written = 0, flags = n ? 0u : MK_QUALITY_EMPTY, i = 0;
    if (n && !order->started) {
        order->started = 1;
        order->last = in[0];
        out[written++] = in[0];
        i = 1;
    }
    for (; i < n; i++) {
        const float step = step_of(order, turns[i], &flags), before = order->last;
        float reached = order->angle + step;
        if (!mk_is_finite(in[i]))
            flags |= MK_QUALITY_NONFINITE;
        /* outputs lie where the angle passes a whole number */
        for (float mark = 1.0f; mark <= reached; mark += 1.0f)
            out[written++] = before + (in[i] - before) * mk_div(mark - order->angle, step);
        reached -= (float)(uint32_t)reached;
        order->angle = reached;
        order->last = in[i];
    }
    *quality = (mk_quality)flags;
    return written;
}
