/* Layers with a memory. State lies in the arena and outlives a call; init sets it. */
#ifndef MOTEKIT_NN_RECURRENT_H
#define MOTEKIT_NN_RECURRENT_H

#include "motekit/nn_wide.h"

/* SVDF: each filter projects the input on one number and convolves its last `memory` values.
 *
 *   in       int8[batch][inputs], out int8[batch][units], filters = units * rank
 *   state    int16 or int8 [batch][filters][memory], newest last
 *   features int8[filters][inputs], bias_features[filters] = -in_zero * sum(row)
 *   times    of the state's type [filters][memory], bias int32[units], less state_zero * sum(times of the unit);
 *            with an int16 state, sums wrap at 32 bits
 * Source: Nakkiran et al., Compressing Deep Neural Networks using a Rank-Constrained Topology, 2015. */
typedef struct {
    const MK_FLASH int8_t *features;
    const MK_FLASH void *times;
    const MK_FLASH int32_t *bias_features, *bias;
    uint16_t batch, inputs, units, rank, memory;
    uint16_t small; /* 1: |sums of features| < 2^30, biases included; shift_state -31..-2, shift_out below 0 */
    int32_t multiplier_state, shift_state, multiplier_out, shift_out;
    int16_t state_zero, out_zero;
} mk_svdf;

void mk_svdf_s16(const MK_FLASH mk_svdf *svdf, const int8_t *in, int16_t *state, int8_t *out);
void mk_svdf_s8(const MK_FLASH mk_svdf *svdf, const int8_t *in, int8_t *state, int8_t *out);

/* One gate: its sum of two dense layers is int16 in Q12 (bias of the input layer with zero points folded in). */
typedef struct {
    const MK_FLASH int8_t *weights, *recurrent;       /* [units][inputs], [units][units] */
    const MK_FLASH int32_t *bias, *recurrent_bias;    /* [units] */
    int32_t multiplier, shift, recurrent_multiplier, recurrent_shift;
} mk_lstm_gate;

/* LSTM over a sequence, int8 with an int16 cell.
 *
 *   in      int8[batch][steps][inputs], or [steps][batch][inputs] if time_major
 *   hidden  int8[batch][units] and cell int16[batch][units]: the state, read and written
 *   out     int8[batch][steps][units], likewise time_major
 *   scratch int16[units]
 */
typedef struct {
    mk_lstm_gate input, forget, modulation, output;
    mk_wide_sigmoid gate_sigmoid; /* Q12 input */
    mk_wide_sigmoid cell_tanh;
    uint16_t batch, steps, inputs, units;
    uint8_t time_major;
    int16_t cell_clip;  /* 0: none */
    int16_t hidden_zero;
    int32_t multiplier_keep, shift_keep;     /* forget * cell -> cell */
    int32_t multiplier_update, shift_update; /* input * modulation -> cell */
    int32_t multiplier_hidden, shift_hidden; /* output * tanh(cell) -> hidden */
} mk_lstm;

void mk_lstm_s8(const MK_FLASH mk_lstm *lstm, const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out, void *scratch);

/* The same for the gates input, forget, modulation and output at once, whose pointers in lstm are not used.
 *
 *   weights  int16[units][fours of the input, then of the hidden state][2 pairs of gates a, b][4] with
 *            256 b + a for activations 0, 2, 1, 3; rows padded with 0, aligned to 4; no weight is -128
 *   bias     int32[units][2][4 gates], of the input's sums, then of the hidden state's
 *   scratch  int16[inputs + units], both padded to fours; aligned to 4
 *
 * Sums without their bias are below 2^22; before a scale, |sum| * 2^max(shift, 0) < 2^30; shifts of keep,
 * update and hidden are below 0. */
typedef struct {
    mk_lstm lstm;
    const MK_FLASH int8_t *weights;
    const MK_FLASH int32_t *bias;
} mk_lstm_quad;

void mk_lstm_s8_quad(const MK_FLASH mk_lstm_quad *quad, const int8_t *in, int8_t *hidden, int16_t *cell, int8_t *out,
                     void *scratch);

#endif
