/* What happens to the sums of an LSTM's gates; `small` is a constant where the function is inlined. */
#ifndef MK_NN_LSTM_INTERNAL_H
#define MK_NN_LSTM_INTERNAL_H

#include "motekit/nn_recurrent.h"
#include "dsp.h"
#include "sigmoid_s16.h"

static inline int32_t mk_lstm_saturate(int32_t x)
{
#ifdef MK_NN_DSP
    return mk_ssat16(x);
#else
    return mk_clamp(x, INT16_MIN, INT16_MAX);
#endif
}

/* mk_requantize for a shift below 0; small: |x| < 2^30 */
static inline int32_t mk_lstm_scale_down(int32_t x, int32_t multiplier, int32_t shift, int small)
{
#ifdef MK_NN_DSP
    if (small)
        return mk_round_shift_fast(mk_smmulr(mk_shift_left(x, 1), multiplier), -shift);
#endif
    (void)small;
    return mk_requantize(x, multiplier, shift);
}

/* mk_requantize; small: |x| * 2^max(shift, 0) < 2^30 */
static inline int32_t mk_lstm_scale(int32_t x, int32_t multiplier, int32_t shift, int small)
{
#ifdef MK_NN_DSP
    if (small && shift >= 0)
        return mk_smmulr(mk_shift_left(x, shift + 1), multiplier);
#endif
    return mk_lstm_scale_down(x, multiplier, shift, small);
}

/* a gate's input in Q12, of its two sums */
static inline int32_t mk_lstm_gate_input(const MK_FLASH mk_lstm_gate *gate, int32_t sum, int32_t loop, int small)
{
    const int32_t a = mk_lstm_saturate(mk_lstm_scale(sum, gate->multiplier, gate->shift, small));
    const int32_t b =
        mk_lstm_saturate(mk_lstm_scale(loop, gate->recurrent_multiplier, gate->recurrent_shift, small));
    return mk_lstm_saturate(a + b);
}

/* the cell after this step, of three of its gates' values in Q15 */
static inline int16_t mk_lstm_cell(const MK_FLASH mk_lstm *lstm, int32_t cell, int32_t forget, int32_t input,
                                   int32_t modulation, int small)
{
    const int32_t keep = mk_lstm_scale_down(forget * cell, lstm->multiplier_keep, lstm->shift_keep, small);
    const int32_t update = mk_lstm_scale_down(input * modulation, lstm->multiplier_update, lstm->shift_update, small);
    const int32_t value = mk_lstm_saturate(mk_lstm_saturate(keep) + mk_lstm_saturate(update));
    return (int16_t)(lstm->cell_clip > 0 ? mk_clamp(value, -lstm->cell_clip, lstm->cell_clip) : value);
}

static inline int8_t mk_lstm_hidden(const MK_FLASH mk_lstm *lstm, int32_t cell, int32_t gate, int small)
{
    const int32_t squashed = mk_tanh_q15(&lstm->cell_tanh, cell);
    const int32_t value = mk_lstm_scale_down(squashed * gate, lstm->multiplier_hidden, lstm->shift_hidden, small);
#ifdef MK_NN_DSP
    return mk_ssat8(value + lstm->hidden_zero);
#else
    return (int8_t)mk_clamp(value + lstm->hidden_zero, INT8_MIN, INT8_MAX);
#endif
}

#endif
