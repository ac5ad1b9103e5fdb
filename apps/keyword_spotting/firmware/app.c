/* Keyword spotting: microphone samples through the core's audio stream; what it finds goes to the link. */
#include <motekit/app.h>
#include <motekit/stream.h>

#include "app_config.h"

/* 20 ms blocks; the buffer bridges 120 ms, more than the network may take at 64 MHz (4 M instructions: 63 ms) */
enum { BLOCK = MK_APP_RATE_HZ / 50, BLOCKS = 6 };

static int16_t buffer[BLOCK * BLOCKS];
static mk_audio_stream stream;

static void on_features(void *context, uint32_t row, const int16_t *values, uint16_t width)
{
    (void)context;
    (void)row;
    mk_out_features(values, (uint16_t)(width * sizeof *values));
}

static void on_scores(void *context, uint32_t window, const int8_t *scores, uint16_t labels)
{
    (void)context;
    (void)window;
    mk_out_scores(scores, labels);
}

static void on_event(void *context, const mk_keyword_event *event)
{
    (void)context;
    mk_out_event(event->window, event->label, event->probability);
}

static mk_status init(void)
{
    static const mk_stream_sink sink = {0, on_features, on_scores, on_event};
    return mk_audio_stream_init(&stream, &mk_app_stream, &MK_APP_MODEL, &mk_app_memory, &sink);
}

static mk_status reset(void)
{
    return mk_audio_stream_reset(&stream);
}

/* Samples were lost: said from wherever it is noticed, taken note of before the next ones. */
static volatile uint8_t lost;

static void fail_safe(mk_status why)
{
    if (why == MK_ERR_OVERRUN)
        lost = 1;
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    if (lost)
        mk_audio_stream_gap(&stream);
    lost = 0;
    return mk_audio_stream_push(&stream, frames, n);
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &MK_APP_SENSOR,
    .buffer = buffer,
    .buffer_values = BLOCK * BLOCKS,
    .block_frames = BLOCK,
    .init = init,
    .reset = reset,
    .process = process,
    .fail_safe = fail_safe,
};
