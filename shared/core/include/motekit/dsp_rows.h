/* What log-mel rows go through before a network sees them, as an app.toml declares it: gain by the noise floor, cepstrum,
 * slopes, voice activity, in any order.
 *
 *   row       int16[logmel.bands], Q9 (mk_logmel's row)
 *   out       int16[config->width], each stage's row after the last
 *   memory    int32[config->memory], the caller's: what the stages remember, then two rows of int16[config->widest]
 *
 * A stage may wait for later rows before it gives one (slopes): then there is none. Streaming: row by row.
 * A stage that a firmware does not list is not linked into it.
 */
#ifndef MOTEKIT_DSP_ROWS_H
#define MOTEKIT_DSP_ROWS_H

#include <stdint.h>

#include "motekit/dsp_dct.h"
#include "motekit/dsp_delta.h"
#include "motekit/dsp_pcan.h"
#include "motekit/status.h"

typedef struct mk_row_stage {
    /* memory is 0 at the start; *level is that of mk_pcan, once a gain has run. Returns 0 if there is no row yet */
    int (*run)(const struct mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out);
    const void *config; /* of the type that the stage names below */
    uint16_t in, out;   /* values a row */
    uint16_t memory;    /* int32 */
} mk_row_stage;

typedef struct {
    const mk_row_stage *stages;
    uint32_t memory;
    uint16_t count, width, widest;
} mk_rows_config;

typedef struct {
    const mk_rows_config *config;
    int32_t *memory;
} mk_rows;

mk_status mk_rows_init(mk_rows *rows, const mk_rows_config *config, int32_t *memory);
void mk_rows_reset(mk_rows *rows);

/* The row that comes out, in the memory until the next call, or 0 if there is none yet. */
const int16_t *mk_rows_next(mk_rows *rows, const int16_t *row);

/* The same for n rows, int16[n][bands], to as many int16[width] as come out; their number is returned. */
uint32_t mk_rows_run(mk_rows *rows, const int16_t *in, uint32_t n, int16_t *out);

/* Noise floor and gain, config mk_pcan_config; sets the level. Memory: 1 + bands. */
int mk_row_pcan(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out);

/* Cepstrum, config mk_dct. */
int mk_row_dct(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out);

/* The row, `reach` rows late, then its slopes times 2^gain, saturated. Memory: 2 + ((2 reach + 1) in + 1) / 2. */
typedef struct {
    uint8_t reach, gain;
} mk_row_delta_config;

int mk_row_delta(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out);

/* The row, then the level and whether someone speaks (1 or 0), both with q fractional bits. Memory: 2. */
typedef struct {
    mk_vad_config vad;
    uint8_t q;
} mk_row_vad_config;

int mk_row_vad(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out);

#endif
