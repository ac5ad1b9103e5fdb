#include "lstm.h"

static int32_t dot(const MK_FLASH int8_t *weights, uint32_t n, const int8_t *in, int32_t sum)
{
    for (uint32_t i = 0; i < n; i++)
        sum += weights[i] * in[i];
    return sum;
}

static int32_t gate_input(const MK_FLASH mk_lstm *lstm, const MK_FLASH mk_lstm_gate *gate, uint32_t unit,
                          const int8_t *in, const int8_t *hidden)
{
    const int32_t sum = dot(&gate->weights[unit * lstm->inputs], lstm->inputs, in, gate->bias[unit]);
    const int32_t loop =
        dot(&gate->recurrent[unit * lstm->units], lstm->units, hidden, gate->recurrent_bias[unit]);
    return mk_lstm_gate_input(gate, sum, loop, 0);
}

/* one step: cell is updated in place; hidden is replaced only when all its readers are done */
static void step(const MK_FLASH mk_lstm *lstm, const int8_t *in, int8_t *hidden, int16_t *cell, int16_t *gates)
{
    const MK_FLASH mk_wide_sigmoid *sigmoid = &lstm->gate_sigmoid;

    for (uint32_t u = 0; u < lstm->units; u++) {
        const int32_t forget = mk_logistic_q15(sigmoid, gate_input(lstm, &lstm->forget, u, in, hidden));
        const int32_t input = mk_logistic_q15(sigmoid, gate_input(lstm, &lstm->input, u, in, hidden));
        const int32_t modulation = mk_tanh_q15(sigmoid, gate_input(lstm, &lstm->modulation, u, in, hidden));
        gates[u] = mk_logistic_q15(sigmoid, gate_input(lstm, &lstm->output, u, in, hidden));
        cell[u] = mk_lstm_cell(lstm, cell[u], forget, input, modulation, 0);
    }
    for (uint32_t u = 0; u < lstm->units; u++)
        hidden[u] = mk_lstm_hidden(lstm, cell[u], gates[u], 0);
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
