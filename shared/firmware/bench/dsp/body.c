#include <string.h>

#include "cases.h"
#include "motekit/post_body.h"
#include "motekit/post_heart.h"
#include "body_config.h"
#include "heart_config.h"

static mk_body body;
static mk_heart heart;

static mk_status prepare_body(void)
{
    return mk_body_init(&body, &body_config, 0, 0, case_memory);
}

/* 333 moments of three axes, ticks of 40. */
static uint32_t run_body(const float *x)
{
    static float rows[3][40];
    uint32_t words = 0;
    for (uint32_t tick = 0; tick < 8u; tick++) {
        mk_body_report report;
        for (uint32_t i = 0; i < 120u; i++)
            rows[i % 3u][i / 3u] = x[120u * tick + i] * 0.01f;
        mk_body_push(&body, rows[0], 40, 40);
        if (mk_body_tick(&body, 0, case_memory + BODY_MEMORY, &report))
            return 0;
        case_out[words++] = report.belief;
        case_out[words++] = report.cadence;
        case_out[words++] = report.regularity;
        case_out[words++] = (float)report.steps;
        case_out[words++] = (float)report.falls;
        case_out[words++] = (float)report.valid;
    }
    return words;
}

static mk_activity activity;

static mk_status prepare_activity(void)
{
    return mk_activity_init(&activity, &body_config.activity);
}

static uint32_t run_activity(const float *x)
{
    const uint32_t labels = body_config.activity.labels;
    uint32_t words = 0;
    for (uint32_t at = 0; at + 16u <= CASE_LENGTH; at += 16u) {
        int8_t scores[16];
        for (uint32_t i = 0; i < labels; i++)
            scores[i] = (int8_t)(x[at + i] >= -128.0f && x[at + i] <= 127.0f ? (int32_t)x[at + i] : -128);
        const mk_activity_decision found = mk_activity_process(&activity, scores);
        case_out[words++] = found.belief;
        case_out[words++] = (float)(found.label | found.changed << 8 | found.best << 16);
    }
    return words;
}

static mk_fall fall;

static mk_status prepare_fall(void)
{
    return mk_fall_init(&fall, &body_config.fall);
}

static uint32_t run_fall(const float *x)
{
    for (uint32_t i = 0; i < 333u; i++)
        case_out[i] = (float)mk_fall_take(&fall, x[3u * i] * 0.01f, x[3u * i + 1u] * 0.01f, x[3u * i + 2u] * 0.01f);
    memcpy(case_out + 333, fall.gravity, 3u * sizeof(float));
    return 336;
}

static mk_sleep rest;

static mk_status prepare_sleep(void)
{
    return mk_sleep_init(&rest, MK_SLEEP_COLE);
}

static uint32_t run_sleep(const float *x)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++) {
        const mk_sleep_verdict said = mk_sleep_process(&rest, (uint32_t)(x[i] >= 0.0f && x[i] < 1e6f ? x[i] : 900.0f));
        case_out[i] = (float)(said.asleep[0] | said.asleep[1] << 1 | said.valid << 2);
    }
    const mk_sleep_summary night = mk_sleep_sum(&rest);
    case_out[CASE_LENGTH] = (float)night.asleep;
    case_out[CASE_LENGTH + 1u] = (float)night.awakenings;
    case_out[CASE_LENGTH + 2u] = night.efficiency;
    return CASE_LENGTH + 3u;
}

static uint32_t run_cadence(const float *x)
{
    uint32_t words = 0;
    for (uint32_t at = 0; at + body_config.cadence.bins <= CASE_LENGTH; at += 150u) {
        for (uint32_t i = 0; i < body_config.cadence.bins; i++)
            case_memory[i] = x[at + i] * x[at + i];
        const mk_cadence found = mk_cadence_process(&body_config.cadence, case_memory, 0.3f);
        case_out[words++] = found.hz;
        case_out[words++] = found.share;
    }
    return words;
}

static mk_status prepare_heart(void)
{
    return mk_heart_init(&heart, &heart_config, case_memory, case_memory + HEART_MEMORY);
}

/* Two pulse waves and three axes, hop by hop. */
static uint32_t run_heart(const float *x)
{
    static const mk_quality fine[MK_HEART_CHANNELS];
    uint32_t words = 0;
    for (uint32_t hop = 0; hop < 8u; hop++) {
        const float *evidence;
        mk_heart_push(&heart, x + 90u * hop, HEART_HOP, HEART_HOP);
        const mk_heart_reading found = mk_heart_hop(&heart, fine, &evidence);
        case_out[words++] = found.rate.bpm;
        case_out[words++] = found.rate.confidence;
        case_out[words++] = (float)found.trouble;
        if (evidence && words < 2000u) {
            memcpy(case_out + words, evidence, heart_config.rate.states * sizeof *evidence);
            words += heart_config.rate.states;
        }
    }
    return words;
}

static uint32_t run_spectrum(const float *x)
{
    const uint32_t states = heart_config.spectrum.states;
    for (uint32_t i = 0; i < states; i++)
        case_out[i] = 0.0f;
    const mk_quality quality = mk_heart_spectrum_add(&heart_config.spectrum, x, case_out, case_memory);
    return with_quality(states, quality);
}

const bench_case body_cases[] = {
    {"body_8_ticks", (BODY_MEMORY + BODY_SCRATCH) * 4u, prepare_body, run_body},
    {"activity_62", 0, prepare_activity, run_activity},
    {"fall_3x333", 0, prepare_fall, run_fall},
    {"sleep_1000", 0, prepare_sleep, run_sleep},
    {"cadence_7", 0, 0, run_cadence},
    {"heart_8_hops", (HEART_MEMORY + HEART_SCRATCH) * 4u, prepare_heart, run_heart},
    {"heart_spectrum_200", 2048, 0, run_spectrum},
    {0, 0, 0, 0},
};
