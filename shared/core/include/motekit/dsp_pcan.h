/* Noise floor of each mel band, and an automatic gain by it, in fixed point: faint speech in a quiet room and loud
 * speech in a loud one give alike features.
 *
 *   row       int16[bands], Q9 natural log of energy E (mk_logmel's row)
 *   out       int16[bands], Q9: ln E - strength * ln(N + offset), saturated; out may be row
 *   floor     int32[bands], the caller's: log2 of the floor N in Q16; starts at the first row, then
 *             N += share (E - N) with share `rise` where E is above N, else `fall`
 *   rise, fall  Q30, 2^15 to 2^30; equal ones smooth (PCEN), a slow rise and a fast fall follow the noise
 *   strength  Q15, 0 to 32767; offset  Q9 natural log of the least floor that counts
 *   level     after each row: mean over the bands of ln E - ln N where that is above 0, Q9, N of the rows before
 *
 * Accuracy: 0.01 of ln against float64 (tests). Cost: about 160 instructions a band and row on Cortex-M4.
 * Source: Wang et al., Trainable frontend, 2017 (per-channel energy normalisation), in the logarithmic domain.
 */
#ifndef MOTEKIT_DSP_PCAN_H
#define MOTEKIT_DSP_PCAN_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    uint16_t bands;
    int16_t strength, offset;
    int32_t rise, fall;
} mk_pcan_config;

typedef struct {
    const mk_pcan_config *config;
    int32_t *floor;
    int16_t level;
    uint8_t started;
} mk_pcan;

mk_status mk_pcan_init(mk_pcan *pcan, const mk_pcan_config *config, int32_t *floor);
void mk_pcan_reset(mk_pcan *pcan);
void mk_pcan_process(mk_pcan *pcan, const int16_t *row, int16_t *out);

/* 2^-x in Q30 of x >= 0 in Q16; error at most 2e-7. */
uint32_t mk_exp2_neg_q30(uint32_t x);

/* Voice activity from the level above the noise floor: on after `attack` rows at or above `on` in a run, off after
 * `hang` rows below `off`. Levels in Q9; on >= off. */
typedef struct {
    int16_t on, off;
    uint16_t attack, hang; /* at least 1 */
} mk_vad_config;

typedef struct {
    mk_vad_config config;
    uint16_t run;
    uint8_t active;
} mk_vad;

mk_status mk_vad_init(mk_vad *vad, const mk_vad_config *config);
int mk_vad_process(mk_vad *vad, int16_t level);

#endif
