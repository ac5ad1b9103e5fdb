#include <string.h>

#include "cases.h"
#include "motekit/dsp_affine.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_ppg_quality.h"
#include "motekit/post_label.h"
#include "motekit/window_stream.h"
#include "streams.h"

#define LIMIT 32767.0f

static mk_window_stream stream;
static mk_conditioning conditioning;
static mk_label label;
static int16_t counts[CASE_LENGTH];

/* The signal as counts, what is not finite as missing. */
static void count(const float *x)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++)
        counts[i] = (int16_t)(x[i] >= -LIMIT && x[i] <= LIMIT ? (int32_t)x[i] : -32768);
}

static mk_status prepare_conditioning(void)
{
    count(case_signal);
    return mk_conditioning_init(&conditioning, usual_windows.conditioning, case_memory);
}

static uint32_t run_conditioning(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t at = 0; at < 333u; at += 16u) {
        const float *out;
        const mk_quality *flags;
        const uint32_t n = 333u - at < 16u ? 333u - at : 16u;
        const uint32_t got = mk_conditioning_process(&conditioning, counts + 3u * at, n, &out, &flags);
        memcpy(case_out + words, out, 3u * got * sizeof *out);
        words = with_quality(words + 3u * got, got ? flags[got - 1u] : 0u);
    }
    return words;
}

static mk_status prepare_windows(void)
{
    count(case_signal);
    /* the last channel of four turns a shaft, at 2 to 8 turns a second */
    for (uint32_t i = 3; i < CASE_LENGTH; i += 4u)
        counts[i] = (int16_t)(40 + (int32_t)(i % 120u));
    return mk_window_stream_init(&stream, &all_windows, case_memory);
}

static uint32_t windows_of(uint32_t channels)
{
    const mk_window_stream_config *const config = stream.config;
    const int16_t *frames = counts;
    uint32_t left = CASE_LENGTH / channels, words = 0;
    mk_quality quality;
    while (mk_window_stream_next(&stream, &frames, &left, &quality)) {
        int8_t tensor[64];
        memcpy(case_out + words, stream.features, config->width * sizeof *stream.features);
        words = with_quality(words + config->width, quality);
        if (!config->affine)
            continue;
        mk_window_stream_tensor(&stream, tensor);
        for (uint32_t i = 0; i < config->width; i++)
            case_out[words++] = (float)tensor[i];
    }
    return words;
}

static uint32_t run_windows(const float *x)
{
    (void)x;
    return windows_of(4);
}

static mk_status prepare_heart(void)
{
    count(case_signal);
    return mk_window_stream_init(&stream, &heart_windows, case_memory);
}

static mk_status prepare_weather(void)
{
    count(case_signal);
    return mk_window_stream_init(&stream, &weather_windows, case_memory);
}

static uint32_t run_weather(const float *x)
{
    (void)x;
    return windows_of(5);
}

static mk_status prepare_more(void)
{
    mk_features_reset(&more_features, case_memory);
    return more_features.scratch <= CASE_WORDS ? mk_features_check(&more_features) : MK_ERR_SIZE;
}

static uint32_t run_more(const float *x)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < more_features.count; i++)
        width += more_features.features[i].width;
    return with_quality(width, mk_features_process(&more_features, x, case_out, case_memory));
}

static mk_status prepare_affine(void)
{
    for (uint32_t i = 0; i < 100u; i++) {
        case_memory[i] = 0.01f * (float)i - 0.5f;
        case_memory[100u + i] = 0.1f + 0.3f * (float)i;
    }
    return MK_OK;
}

static uint32_t run_affine(const float *x)
{
    const mk_affine affine = {case_memory, case_memory + 100, 100, -5};
    int8_t tensor[100];
    mk_affine_process(&affine, x, tensor);
    for (uint32_t i = 0; i < 100u; i++)
        case_out[i] = (float)tensor[i];
    return 100;
}

static uint8_t ring[4 * 3];

static mk_status prepare_label(void)
{
    static const uint16_t on[3] = {20000, 40000, 0};
    static const mk_label_config config = {on, 3, 4, 2, MK_QUALITY_NONFINITE};
    count(case_signal);
    return mk_label_init(&label, &config, ring);
}

static uint32_t run_label(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t i = 0; i + 3u <= CASE_LENGTH; i += 3u) {
        const int8_t scores[3] = {(int8_t)(counts[i] & 127), (int8_t)(counts[i + 1u] & 127), -128};
        mk_label_event event;
        if (!mk_label_process(&label, scores, counts[i] == -32768 ? MK_QUALITY_NONFINITE : 0u, &event))
            continue;
        case_out[words++] = (float)event.window;
        case_out[words++] = (float)event.label;
        case_out[words++] = (float)event.value;
    }
    return words;
}

static uint32_t run_ppg_quality(const float *x)
{
    static const mk_ppg_quality_config config = {0.005f, 10.0f};
    mk_ppg_quality quality;
    for (uint32_t i = 0; i < 5u; i++)
        case_memory[i] = 60.3f + 96.2f * (float)i;
    const mk_quality flags = mk_ppg_quality_process(&config, x, 500, 100.0f, case_memory, 5, x + 500, 200, &quality,
                                                    case_memory + 5);
    memcpy(case_out, &quality, sizeof quality);
    return with_quality(sizeof quality / 4u, flags);
}

const bench_case streams_cases[] = {
    {"conditioning_3x333", USUAL_WINDOWS_MEMORY * 4u, prepare_conditioning, run_conditioning},
    {"windows_every_stage_4x250", ALL_WINDOWS_MEMORY * 4u, prepare_windows, run_windows},
    {"heart_windows_4x250", HEART_WINDOWS_MEMORY * 4u, prepare_heart, run_windows},
    {"weather_windows_5x200", WEATHER_WINDOWS_MEMORY * 4u, prepare_weather, run_weather},
    {"features_more_3x333", MORE_FEATURES_SCRATCH * 4u, prepare_more, run_more},
    {"affine_100", 0, prepare_affine, run_affine},
    {"label_333", sizeof ring, prepare_label, run_label},
    {"ppg_quality_500", MK_PPG_QUALITY_SCRATCH(500, 5) * 4u, 0, run_ppg_quality},
    {0, 0, 0, 0},
};
