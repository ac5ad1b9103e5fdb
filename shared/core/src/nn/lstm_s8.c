#include "motekit/nn_recurrent.h"
#include "sigmoid_s16.h"

static int32_t saturate16(int32_t x)
{
    return mk_clamp(x, INT16_MIN, INT16_MAX);
}

static int32_t dense(const MK_FLASH int8_t *weights, uint32_t n, const int8_t *in, int32_t sum, int32_t multiplier, int32_t shift)
{
    for (uint32_t i = 0; i < n; i++)
        sum += weights[i] * in[i];
    return saturate16(mk_requantize(sum, multiplier, shift));
}

/* a gate's input in Q12 for one unit */
static int32_t gate_sum(const MK_FLASH mk_lstm *lstm, const MK_FLASH mk_lstm_gate *gate, uint32_t unit, const int8_t *in,
                        const int8_t *hidden)
{
    const int32_t a = dense(&gate->weights[unit * lstm->inputs], lstm->inputs, in, gate->bias[unit],
                            gate->multiplier, gate->shift);
    const int32_t b = dense(&gate->recurrent[unit * lstm->units], lstm->units, hidden, gate->recurrent_bias[unit],
                            gate->recurrent_multiplier, gate->recurrent_shift);
    return saturate16(a + b);
}

/* one step: cell is updated in place; hidden is replaced only when all its readers are done */
static void step(const MK_FLASH mk_lstm *lstm, const int8_t *in, int8_t *hidden, int16_t *cell, int16_t *gates)
{
    const MK_FLASH mk_wide_sigmoid *sigmoid = &lstm->gate_sigmoid;

    for (uint32_t u = 0; u < lstm->units; u++) {
        const int32_t forget = mk_logistic_q15(sigmoid, gate_sum(lstm, &lstm->forget, u, in, hidden));
        const int32_t input = mk_logistic_q15(sigmoid, gate_sum(lstm, &lstm->input, u, in, hidden));
        const int32_t modulation = mk_tanh_q15(sigmoid, gate_sum(lstm, &lstm->modulation, u, in, hidden));
        gates[u] = mk_logistic_q15(sigmoid, gate_sum(lstm, &lstm->output, u, in, hidden));

        const int32_t keep = mk_requantize(forget * cell[u], lstm->multiplier_keep, lstm->shift_keep);
        const int32_t update = mk_requantize(input * modulation, lstm->multiplier_update, lstm->shift_update);
        int32_t value = saturate16(saturate16(keep) + saturate16(update));
        if (lstm->cell_clip > 0)
            value = mk_clamp(value, -lstm->cell_clip, lstm->cell_clip);
        cell[u] = (int16_t)value;
    }
    for (uint32_t u = 0; u < lstm->units; u++) {
        const int32_t squashed = mk_tanh_q15(&lstm->cell_tanh, cell[u]);
        const int32_t value = mk_requantize(squashed * gates[u], lstm->multiplier_hidden, lstm->shift_hidden);
        hidden[u] = (int8_t)mk_clamp(value + lstm->hidden_zero, INT8_MIN, INT8_MAX);
    }
}

void mk_lstm_s8(const MK_FLASH mk_lstm *lstm, const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, void *scratch)
{
    const uint32_t batch = lstm->batch, steps = lstm->steps, units = lstm->units;

    for (uint32_t n = 0; n < batch; n++, hidden += units, cell += units) {
        for (uint32_t t = 0; t < steps; t++) {
            const uint32_t row = lstm->time_major ? t * batch + n : n * steps + t;
            step(lstm, &in[row * lstm->inputs], hidden, cell, scratch);
            for (uint32_t u = 0; u < units; u++)
                out[row * units + u] = hidden[u];
        }
    }
}
