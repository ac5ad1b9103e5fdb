#include "lstm.h"

typedef struct {
    int32_t input, forget, modulation, output;
} gates;

#ifdef MK_NN_DSP

/* Two gates and two activations: w holds 256 b + a of either. `both` sums 256 B + A, `low` A. */
#define MAC2(w, x, both, low)                                                                       \
    do {                                                                                            \
        int32_t a_;                                                                                 \
        __asm__("smlad %0, %1, %2, %0" : "+r"(both) : "r"(w), "r"(x));                              \
        __asm__("sxtb16 %0, %1" : "=r"(a_) : "r"(w));                                               \
        __asm__("smlad %0, %1, %2, %0" : "+r"(low) : "r"(a_), "r"(x));                              \
    } while (0)

/* activations: int16 in the order 0, 2, 1, 3 of each four */
static inline gates dot(const MK_FLASH int8_t *weights, const int16_t *in, uint32_t words, gates sum)
{
    int32_t both = 0, low = 0, both2 = 0, low2 = 0;

    for (const int16_t *const end = in + 4 * words; in != end;) {
        int32_t even, odd, w0, w1, w2, w3;
        __asm__ volatile("ldrd %0, %1, [%2], #8" : "=r"(even), "=r"(odd), "+r"(in));
        __asm__ volatile("ldrd %0, %1, [%2], #16" : "=&r"(w0), "=&r"(w1), "+r"(weights));
        __asm__ volatile("ldrd %0, %1, [%2, #-8]" : "=r"(w2), "=r"(w3) : "r"(weights));
        MAC2(w0, even, both, low);
        MAC2(w1, odd, both, low);
        MAC2(w2, even, both2, low2);
        MAC2(w3, odd, both2, low2);
    }
    sum.input += low;
    sum.forget += (both - low) >> 8;
    sum.modulation += low2;
    sum.output += (both2 - low2) >> 8;
    return sum;
}

#else

/* a and b from the two bytes of 256 b + a */
static inline int32_t high(const MK_FLASH int8_t *weights)
{
    return weights[1] + (weights[0] < 0);
}

static inline gates dot(const MK_FLASH int8_t *weights, const int16_t *in, uint32_t words, gates sum)
{
    for (uint32_t i = 0; i < 2 * words; i++, in += 2) {
        /* an even i has the words' even activations, an odd one their odd ones */
        const MK_FLASH int8_t *const w = &weights[16 * (i / 2) + 4 * (i % 2)];
        for (uint32_t j = 0; j < 2; j++) {
            sum.input += w[2 * j] * in[j];
            sum.forget += high(&w[2 * j]) * in[j];
            sum.modulation += w[8 + 2 * j] * in[j];
            sum.output += high(&w[8 + 2 * j]) * in[j];
        }
    }
    return sum;
}

#endif

/* n bytes to int16, in the order 0, 2, 1, 3 of each four */
static void widen(const int8_t *in, uint32_t n, int16_t *out)
{
    static const uint8_t place[4] = {0, 2, 1, 3};
    for (uint32_t i = 0; i < n; i++)
        out[(i & ~3u) + place[i & 3u]] = in[i];
}

static gates biases(const MK_FLASH int32_t *bias)
{
    const gates sum = {bias[0], bias[1], bias[2], bias[3]};
    return sum;
}

/* in and loop: the step's input and the hidden state before it, both widened and padded to fours */
static void step(const MK_FLASH mk_lstm_quad *quad, const int16_t *in, const int16_t *loop, int8_t *hidden,
                 int16_t *cell)
{
    const MK_FLASH mk_lstm *const lstm = &quad->lstm;
    const MK_FLASH mk_wide_sigmoid *const sigmoid = &lstm->gate_sigmoid;
    const MK_FLASH int8_t *weights = quad->weights;
    const MK_FLASH int32_t *bias = quad->bias;
    const uint32_t in_words = (lstm->inputs + 3u) / 4u, loop_words = (lstm->units + 3u) / 4u;

    for (uint32_t u = 0; u < lstm->units; u++, bias += 8) {
        const gates a = dot(weights, in, in_words, biases(bias));
        weights += 16u * in_words;
        const gates b = dot(weights, loop, loop_words, biases(bias + 4));
        weights += 16u * loop_words;
        const int32_t forget = mk_logistic_q15(sigmoid, mk_lstm_gate_input(&lstm->forget, a.forget, b.forget, 1));
        const int32_t input = mk_logistic_q15(sigmoid, mk_lstm_gate_input(&lstm->input, a.input, b.input, 1));
        const int32_t modulation =
            mk_tanh_q15(sigmoid, mk_lstm_gate_input(&lstm->modulation, a.modulation, b.modulation, 1));
        const int32_t output = mk_logistic_q15(sigmoid, mk_lstm_gate_input(&lstm->output, a.output, b.output, 1));
        cell[u] = mk_lstm_cell(lstm, cell[u], forget, input, modulation, 1);
        hidden[u] = mk_lstm_hidden(lstm, cell[u], output, 1);
    }
}

void mk_lstm_s8_quad(const MK_FLASH mk_lstm_quad *quad, const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out,
                     void *scratch)
{
    const MK_FLASH mk_lstm *const lstm = &quad->lstm;
    const uint32_t batch = lstm->batch, steps = lstm->steps, inputs = lstm->inputs, units = lstm->units;
    const uint32_t in_padded = (inputs + 3u) & ~3u, loop_padded = (units + 3u) & ~3u;
    int16_t *const row_in = scratch, *const loop = row_in + in_padded;

    /* the padding meets weights of 0 */
    for (uint32_t i = 0; i < in_padded + loop_padded; i++)
        row_in[i] = 0;
    for (uint32_t n = 0; n < batch; n++, hidden += units, cell += units) {
        for (uint32_t t = 0; t < steps; t++) {
            const uint32_t row = lstm->time_major ? t * batch + n : n * steps + t;
            widen(&in[row * inputs], inputs, row_in);
            widen(hidden, units, loop);
            step(quad, row_in, loop, hidden, cell);
            for (uint32_t u = 0; u < units; u++)
                out[row * units + u] = hidden[u];
        }
    }
}
