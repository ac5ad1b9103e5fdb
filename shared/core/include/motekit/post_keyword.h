/* Streaming keyword decisions: score smoothing, odds, a threshold a keyword, hysteresis, refractory time.
 *
 *   scores    int8[labels], softmax output with scale 1/256 and zero point -128: probability = (score + 128) / 256
 *   smoothing 1 to MK_KEYWORD_MAX_SMOOTHING windows averaged; before the first window all scores are 0
 *   odds      0: what is smoothed is a label's probability; 1: its evidence, from the odds of the keyword k against
 *             all labels that are never reported: 1/2 + 30/256 ln((256 P(k) + 4) / (256 P(never) + 4)), that lies
 *             between 0 and 1. Averaged logarithms are the likelihood ratio of windows on their own: one window that
 *             knows better outweighs several that are half sure, and what other keywords take counts for nothing.
 *             The 4 keeps one window from settling everything
 *   on, off   uint16[labels], in 1/65536 of what is smoothed: a keyword is reported when its own is at least `on`
 *             and the highest of all keywords; it may be reported again only after its own fell below `off`.
 *             on = 0 marks a label that is never reported (silence, unknown)
 *   refractory  windows after a report in which no other is made
 *   ring      uint8[labels * smoothing], sums uint16[labels], armed uint8[labels]: the caller's
 *
 * Source: P. Warden, Speech Commands, arXiv:1804.03209, section 7 (streaming recognition); hysteresis and odds are ours.
 */
#ifndef MOTEKIT_POST_KEYWORD_H
#define MOTEKIT_POST_KEYWORD_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_KEYWORD_MAX_SMOOTHING 32

typedef struct {
    uint16_t labels;
    uint8_t smoothing;
    uint16_t refractory;
    const uint16_t *on;
    const uint16_t *off;
    uint8_t odds;
} mk_keyword_config;

typedef struct {
    uint32_t window; /* counted from 0 since reset */
    uint16_t label;
    uint16_t probability; /* averaged over the windows smoothed, in 1/65536; also where odds decide */
} mk_keyword_event;

typedef struct {
    const mk_keyword_config *config;
    uint8_t *ring;
    uint16_t *sums;
    uint8_t *armed;
    uint32_t window;
    uint16_t quiet;
    uint8_t slot;
} mk_keyword;

mk_status mk_keyword_init(mk_keyword *keyword, const mk_keyword_config *config, uint8_t *ring, uint16_t *sums,
                          uint8_t *armed);
void mk_keyword_reset(mk_keyword *keyword);

/* One window's scores; returns 1 and fills `event` when a keyword is reported. */
int mk_keyword_process(mk_keyword *keyword, const int8_t *scores, mk_keyword_event *event);

#endif
