/* Fills missing samples of a window, marked by NaN, on straight lines.
 *
 *   x         float32[n], any unit; in place
 *   longest   runs of at most this many missing samples are filled; longer ones stay NaN
 *   returns   GAP if a sample was missing, NONFINITE too if one still is (or is infinite), EMPTY if all are
 *
 * At the ends the nearest sample is held.
 */
#ifndef MOTEKIT_DSP_FILL_H
#define MOTEKIT_DSP_FILL_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

mk_quality mk_fill_process(float *x, uint32_t n, uint32_t longest);

#endif
