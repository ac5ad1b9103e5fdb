/* Removes a signal's slowly changing mean and size: y = (x - mean) / deviation.
 *
 *   in, out   float32[n], any unit; out may be in; values without a unit
 *   share     0 to 1, what one sample adds to the running statistics: about 1 / (seconds x rate)
 *   floor     least deviation, above 0, in the input's unit: a still signal is not blown up
 *
 * Running: mean and variance by exponential weighting, starting at the first sample and `floor` squared.
 * Streaming: any split gives the same output. mk_normalise_window does the same with a window's own mean
 * and deviation. Source: Welford-type update, Finch, Incremental calculation of weighted mean and variance, 2009.
 */
#ifndef MOTEKIT_DSP_NORMALISE_H
#define MOTEKIT_DSP_NORMALISE_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

typedef struct {
    float share, floor;
    float first, mean, variance; /* mean counts from the first sample: an offset costs no digits */
    uint8_t started;
} mk_normalise;

mk_status mk_normalise_init(mk_normalise *normalise, float share, float floor);
void mk_normalise_process(mk_normalise *normalise, const float *in, float *out, uint32_t n);

/* One window; FLAT if its deviation is below `floor`. */
mk_quality mk_normalise_window(const float *in, float *out, uint32_t n, float floor);

#endif
