#include "motekit/stream.h"

#include <string.h>

/* most that a keyword decision has */
#define MK_STREAM_LABELS 64

mk_status mk_audio_stream_init(mk_audio_stream *stream, const mk_audio_stream_config *config,
                               const MK_FLASH mk_nn_model *model, const mk_audio_stream_memory *memory,
                               const mk_stream_sink *sink)
{
    if (!stream || !config || !config->logmel || !config->quantizer || !config->keyword || !model || !memory ||
        !sink || !memory->row || !memory->window || !memory->arena || config->rows == 0 || config->stride == 0 ||
        config->stride > config->rows || config->keyword->labels > MK_STREAM_LABELS || (config->dct && config->dct->bands != config->logmel->bands) ||
        (config->after && (config->dct || config->after->count == 0 || config->after->stages->in != config->logmel->bands)))
        return MK_ERR_ARG;
    stream->config = config;
    stream->model = model;
    stream->memory = *memory;
    stream->sink = *sink;
    stream->width = config->dct ? config->dct->coefficients : config->logmel->bands;
    if (config->after)
        stream->width = config->after->width;
    if (model->inputs != 1 || model->outputs != 1 || model->input->dtype != MK_INT8 ||
        model->output->dtype != MK_INT8 || model->input->bytes != (uint32_t)config->rows * stream->width ||
        model->output->bytes != config->keyword->labels)
        return MK_ERR_FORMAT;
    mk_status status = mk_quantizer_check(config->quantizer);
    if (status == MK_OK)
        status = mk_logmel_init(&stream->logmel, config->logmel, memory->history, memory->scratch);
    if (status == MK_OK && config->after)
        status = mk_rows_init(&stream->after, config->after, memory->after);
    if (status == MK_OK)
        status = mk_keyword_init(&stream->keyword, config->keyword, memory->ring, memory->sums, memory->armed);
    if (status == MK_OK)
        status = mk_audio_stream_reset(stream);
    return status;
}

mk_status mk_audio_stream_reset(mk_audio_stream *stream)
{
    mk_logmel_reset(&stream->logmel);
    if (stream->config->after)
        mk_rows_reset(&stream->after);
    mk_keyword_reset(&stream->keyword);
    stream->row_index = 0;
    stream->window_index = 0;
    stream->filled = 0;
    stream->gap = stream->saturated = 0;
    stream->quality = 0;
    return stream->model->init(stream->memory.arena);
}

/* Rows that a sample of now reaches, and those until the last of them has left the window. */
static uint16_t felt(const mk_audio_stream *stream)
{
    const mk_logmel_config *const logmel = stream->config->logmel;
    /* the stages after log-mel wait for at most 16 rows: two slopes of eight */
    return (uint16_t)(stream->config->rows + logmel->frame_length / logmel->hop + (stream->config->after ? 17u : 1u));
}

void mk_audio_stream_gap(mk_audio_stream *stream)
{
    stream->gap = felt(stream);
}

static int decide(mk_audio_stream *stream, const int8_t *scores, mk_keyword_event *event)
{
    int8_t silent[MK_STREAM_LABELS];
    if (!(stream->quality & MK_QUALITY_GAP))
        return mk_keyword_process(&stream->keyword, scores, event);
    memset(silent, INT8_MIN, sizeof silent);
    return mk_keyword_process(&stream->keyword, silent, event);
}

static mk_status infer(mk_audio_stream *stream)
{
    uint8_t *const arena = stream->memory.arena;
    const MK_FLASH mk_nn_model *const model = stream->model;
    /* the window outlives the inference, whose plan may reuse the input's place */
    memcpy(arena + model->input->offset, stream->memory.window, model->input->bytes);
    const mk_status status = model->invoke(arena);
    if (status != MK_OK)
        return status;
    const int8_t *const scores = (const int8_t *)(arena + model->output->offset);
    const mk_stream_sink *const sink = &stream->sink;
    stream->quality =
        (mk_quality)((stream->gap ? MK_QUALITY_GAP : 0u) | (stream->saturated ? MK_QUALITY_SATURATED : 0u));
    if (sink->scores)
        sink->scores(sink->context, stream->window_index, scores, stream->config->keyword->labels);
    stream->window_index++;
    mk_keyword_event event;
    if (decide(stream, scores, &event) && sink->event)
        sink->event(sink->context, &event);
    return MK_OK;
}

static mk_status take_row(mk_audio_stream *stream)
{
    const mk_audio_stream_config *const config = stream->config;
    const uint32_t width = stream->width;
    const int16_t *values = stream->memory.row;
    if (config->dct) {
        int16_t *const coefficients = stream->memory.row + config->logmel->bands;
        mk_dct_process(config->dct, stream->memory.row, coefficients);
        values = coefficients;
    } else if (config->after && !(values = mk_rows_next(&stream->after, values))) {
        return MK_OK;
    }
    if (stream->sink.features)
        stream->sink.features(stream->sink.context, stream->row_index, values, stream->width);
    stream->row_index++;
    int8_t *const window = stream->memory.window;
    mk_quantizer_process(config->quantizer, values, window + stream->filled * width, width);
    if (stream->gap)
        stream->gap--;
    if (stream->saturated)
        stream->saturated--;
    if (++stream->filled < config->rows)
        return MK_OK;
    const mk_status status = infer(stream);
    stream->filled = (uint16_t)(config->rows - config->stride);
    memmove(window, window + config->stride * width, stream->filled * width);
    return status;
}

static int at_an_end(const int16_t *samples, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (samples[i] == INT16_MAX || samples[i] == INT16_MIN)
            return 1;
    return 0;
}

mk_status mk_audio_stream_push(mk_audio_stream *stream, const int16_t *samples, uint32_t count)
{
    for (;;) {
        const int16_t *const from = samples;
        const int row = mk_logmel_next(&stream->logmel, &samples, &count, stream->memory.row);
        if (at_an_end(from, (uint32_t)(samples - from)))
            stream->saturated = felt(stream);
        if (!row)
            return MK_OK;
        const mk_status status = take_row(stream);
        if (status != MK_OK)
            return status;
    }
}
