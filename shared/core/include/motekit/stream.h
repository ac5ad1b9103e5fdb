/* Audio stream to decisions: samples -> log-mel rows, and what is made of them -> int8 window -> network -> keyword decisions.
 *
 * One window is `rows` feature rows; the first is complete after `rows` rows, the next one every `stride` rows.
 * Rows are computed once and kept, never recomputed.
 *
 *   features  int16[width], Q9 log-mel, Q7 MFCC or what `after` makes of log-mel (dsp_rows.h), given to `sink.features` for each row
 *   scores    int8[labels] as the model's first output, given to `sink.scores` for each window
 *   event     given to `sink.event`
 *
 *   quality   flags of the newest window (dsp_quality.h), valid while `sink.scores` runs: SATURATED if a sample lay at an
 *             end of int16, GAP if samples were lost (mk_audio_stream_gap). A window with a gap is decided upon as if it
 *             were silent: half a word is no word
 *
 * Any split of the samples into calls gives the same rows, scores and events. The same code runs in Python
 * (motekit.pipeline) and in the firmware.
 */
#ifndef MOTEKIT_STREAM_H
#define MOTEKIT_STREAM_H

#include <stdint.h>

#include "motekit/dsp_dct.h"
#include "motekit/dsp_logmel.h"
#include "motekit/dsp_quality.h"
#include "motekit/dsp_quantize.h"
#include "motekit/dsp_rows.h"
#include "motekit/nn.h"
#include "motekit/post_keyword.h"
#include "motekit/status.h"

/* What the application wants to see; a missing function is not called. */
typedef struct {
    void *context;
    void (*features)(void *context, uint32_t row, const int16_t *values, uint16_t width);
    void (*scores)(void *context, uint32_t window, const int8_t *scores, uint16_t labels);
    void (*event)(void *context, const mk_keyword_event *event);
} mk_stream_sink;

typedef struct {
    const mk_logmel_config *logmel;
    const mk_dct *dct; /* 0: the rows are the log-mel energies themselves */
    const mk_quantizer *quantizer;
    const mk_keyword_config *keyword;
    uint16_t rows;
    uint16_t stride;
    const mk_rows_config *after; /* 0: nothing; not together with dct */
} mk_audio_stream_config;

/* The caller's memory; sizes by the config (motekit.codegen writes them as constants). */
typedef struct {
    int16_t *history;  /* logmel.frame_length + 1 */
    int32_t *scratch;  /* logmel.fft.length */
    int16_t *row;      /* bands, and the DCT's coefficients after them */
    int8_t *window;    /* rows * width */
    void *arena;       /* model.arena_bytes, aligned to 16 bytes */
    uint8_t *ring;     /* keyword.labels * keyword.smoothing */
    uint16_t *sums;    /* keyword.labels */
    uint8_t *armed;    /* keyword.labels */
    int32_t *after;    /* after->memory */
} mk_audio_stream_memory;

typedef struct {
    const mk_audio_stream_config *config;
    const MK_FLASH mk_nn_model *model;
    mk_audio_stream_memory memory;
    mk_stream_sink sink;
    mk_logmel logmel;
    mk_rows after;
    mk_keyword keyword;
    uint32_t row_index;
    uint32_t window_index;
    uint16_t width;
    uint16_t filled;
    uint16_t gap, saturated; /* rows for which each flag stays up */
    mk_quality quality;
} mk_audio_stream;

/* MK_ERR_FORMAT: the model's input is not int8[rows * width], or its output not int8[keyword.labels]. */
mk_status mk_audio_stream_init(mk_audio_stream *stream, const mk_audio_stream_config *config,
                               const MK_FLASH mk_nn_model *model, const mk_audio_stream_memory *memory,
                               const mk_stream_sink *sink);

/* Forget everything heard, as after init. */
mk_status mk_audio_stream_reset(mk_audio_stream *stream);

/* Samples were lost before the next ones. */
void mk_audio_stream_gap(mk_audio_stream *stream);

mk_status mk_audio_stream_push(mk_audio_stream *stream, const int16_t *samples, uint32_t count);

#endif
