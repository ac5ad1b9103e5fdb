#include <string.h>

#include "cases.h"
#include "motekit/dsp_rows.h"
#include "motekit/post_drowsiness.h"
#include "motekit/post_keyword.h"
#include "decisions.h"

static int16_t logs[CASE_LENGTH];
static int32_t memory[ROWS_MEMORY];
static mk_rows rows;

static int16_t log_of(float x)
{
    return (int16_t)(x >= -16.0f && x <= 33.0f ? (int32_t)(x * 512.0f) : 5000);
}

static mk_status prepare_rows(void)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++)
        logs[i] = log_of(case_signal[i]);
    return mk_rows_init(&rows, &bench_rows, memory);
}

static uint32_t run_rows(const float *x)
{
    uint32_t words = 0;
    (void)x;
    for (uint32_t at = 0; at + 40u <= CASE_LENGTH; at += 40u) {
        const int16_t *const row = mk_rows_next(&rows, logs + at);
        for (uint32_t i = 0; row && i < bench_rows.width; i++)
            case_out[words++] = (float)row[i];
    }
    return words;
}

static mk_drowsiness drowsiness;

static mk_status prepare_drowsiness(void)
{
    return mk_drowsiness_init(&drowsiness, &drowsiness_config);
}

static uint32_t run_drowsiness(const float *x)
{
    uint32_t words = 0;
    for (uint32_t i = 0; i < CASE_LENGTH; i++) {
        const mk_seen seen = x[i] > 200.0f ? MK_SEEN_CLOSED : x[i] < -1000.0f ? MK_SEEN_NO_EYES : MK_SEEN_OPEN;
        mk_drowsiness_process(&drowsiness, 66u * i, seen, 0);
        case_out[words++] = (float)(drowsiness.state | drowsiness.alarm << 4 | drowsiness.events << 8);
        case_out[words++] = (float)drowsiness.perclos;
    }
    return words;
}

static mk_keyword keyword;
static uint8_t ring[4 * 5], armed[4];
static uint16_t sums[4];

static mk_status prepare_keyword(void)
{
    static const uint16_t on[4] = {0, 0, 30000, 26000}, off[4] = {0, 0, 20000, 20000};
    static const mk_keyword_config config = {4, 5, 3, on, off, 0};
    return mk_keyword_init(&keyword, &config, ring, sums, armed);
}

static uint32_t run_keyword(const float *x)
{
    uint32_t words = 0;
    for (uint32_t at = 0; at + 4u <= CASE_LENGTH; at += 4u) {
        int8_t scores[4];
        mk_keyword_event event;
        for (uint32_t i = 0; i < 4u; i++)
            scores[i] = (int8_t)(x[at + i] >= 0.0f && x[at + i] < 200.0f ? (int32_t)x[at + i] - 100 : -128);
        if (!mk_keyword_process(&keyword, scores, &event))
            continue;
        case_out[words++] = (float)event.window;
        case_out[words++] = (float)event.label;
        case_out[words++] = (float)event.probability;
    }
    return words;
}

const bench_case decisions_cases[] = {
    {"rows_25x40", ROWS_MEMORY * 4u, prepare_rows, run_rows},
    {"drowsiness_1000", sizeof drowsiness, prepare_drowsiness, run_drowsiness},
    {"keyword_250", sizeof ring + sizeof sums + sizeof armed, prepare_keyword, run_keyword},
    {0, 0, 0, 0},
};
