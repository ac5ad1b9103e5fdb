/* Order tracking: a signal resampled from equal times to equal angles of a shaft, so that what turns with it stays
 * in one bin while the speed changes.
 *
 *   in        float32[n], any unit
 *   turns     float32[n]: turns of the shaft from the sample before to this one, 0 to MK_ORDER_MOST / per_turn
 *   out       float32, mk_order_size(order, turns, n) values at most: per_turn samples a turn, on straight lines
 *             between the samples; the first lies at the first sample
 *   per_turn  samples a turn, 1 to 4096; keep the signal below per_turn / 2 orders by a low-pass before
 *
 * Turns that are negative, NaN or too many count as 0 and set RANGE. Streaming: any split gives the same output.
 * Error of the straight lines: (pi f / rate)^2 / 2 of a tone of frequency f; sample ten times as fast as the highest.
 * Source: Fyfe & Munck, Analysis of computed order tracking, 1997.
 */
#ifndef MOTEKIT_DSP_ORDER_H
#define MOTEKIT_DSP_ORDER_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_ORDER_MOST 64 /* output samples an input sample */

typedef struct {
    float per_turn;
    float angle; /* since the last output, in output samples, 0 to below 1 */
    float last;
    uint8_t started;
} mk_order;

mk_status mk_order_init(mk_order *order, uint16_t per_turn);

/* Most outputs that these turns give. */
uint32_t mk_order_size(const mk_order *order, const float *turns, uint32_t n);

/* Returns how many outputs were written; *quality gets the flags. */
uint32_t mk_order_process(mk_order *order, const float *in, const float *turns, uint32_t n, float *out,
                          mk_quality *quality);

#endif
