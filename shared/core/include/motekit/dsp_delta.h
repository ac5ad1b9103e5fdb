/* Slope of each feature over time: the deltas of a cepstrum, in fixed point.
 *
 *   row, out  int16[width], same Q: sum of n (row[t+n] - row[t-n]) over 2 sum of n^2, n = 1 to reach, rounded
 *   reach     1 to 8 rows to each side; out belongs to the row `reach` rows before the newest
 *   ring      int16[(2 reach + 1) * width], the caller's
 *
 * At both ends the nearest row is held, as librosa.feature.delta(mode="nearest"). For a recording call
 * mk_delta_next on each row, then mk_delta_end `reach` times; deltas of deltas by a second block.
 */
#ifndef MOTEKIT_DSP_DELTA_H
#define MOTEKIT_DSP_DELTA_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    int16_t *ring;
    uint16_t width;
    uint8_t reach, newest;
    uint8_t rows; /* in the ring, counting until it is half full */
} mk_delta;

mk_status mk_delta_init(mk_delta *delta, uint16_t width, uint8_t reach, int16_t *ring);
void mk_delta_reset(mk_delta *delta);

/* Returns 1 if `out` was written, 0 for the first `reach` rows. */
int mk_delta_next(mk_delta *delta, const int16_t *row, int16_t *out);

/* The same with the newest row once more; 0 if there was none. */
int mk_delta_end(mk_delta *delta, int16_t *out);

#endif
