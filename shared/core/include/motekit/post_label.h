/* From the scores of windows to the state that is reported: probabilities averaged, a threshold by label, and windows
 * that cannot be trusted left out.
 *
 *   scores    int8[labels], softmax: the probability is (score + 128) / 256
 *   quality   flags of the window (dsp_quality.h); with one of `reject` the window does not count
 *   smoothing windows whose probabilities are averaged, 1 to 64
 *   patience  so many windows in a row that do not count make the state unknown, at least 1
 *   on        uint16[labels], averaged probability in 1/65536 from which a label is reported; 0: never
 *   ring      uint8[smoothing * labels], the caller's
 *
 * An event is given when the state changes: the new label and its averaged probability, or MK_LABEL_UNKNOWN and the
 * flags of the window. After an unknown state the average begins anew.
 */
#ifndef MOTEKIT_POST_LABEL_H
#define MOTEKIT_POST_LABEL_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_LABEL_UNKNOWN 255
#define MK_LABEL_MAX_SMOOTHING 64

typedef struct {
    const uint16_t *on;
    uint8_t labels, smoothing, patience;
    mk_quality reject;
} mk_label_config;

typedef struct {
    const mk_label_config *config;
    uint8_t *ring;
    uint32_t window;
    uint8_t next, filled, bad, state;
} mk_label;

typedef struct {
    uint32_t window;
    uint16_t label;
    int32_t value; /* probability in 1/65536, or quality flags */
} mk_label_event;

mk_status mk_label_init(mk_label *label, const mk_label_config *config, uint8_t *ring);
void mk_label_reset(mk_label *label);

/* Takes one window; returns 1 when *event was written. */
int mk_label_process(mk_label *label, const int8_t *scores, mk_quality quality, mk_label_event *event);

#endif
