/* The motion half of a wrist in memory of exactly the documented size, on any samples at all, under the sanitizers. Any
 * split of the stream must give the same reports; wrong configurations must be refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/dsp_math.h"
#include "motekit/post_body.h"

#include "fuzz.h"

#define TICKS 40u
#define SAMPLES (TICKS * MK_BODY_TICK)

static float weight[256], twiddle[MK_GAIT_FFT / 4 * 3][2], window[MK_GAIT_LENGTH], ones[MK_BODY_VALUES];
static uint16_t order[MK_GAIT_FFT / 4];
static const uint16_t edge[MK_GAIT_BANDS + 1] = {2, 6, 8, 11, 13, 16, 19, 24, 29, 37, 47, 61};
static const float band[2][5] = {{0.1f, 0.0f, -0.1f, -1.6f, 0.7f}, {1.0f, -1.0f, 0.0f, -0.9f, 0.0f}};
static const float phases[3][4] = {{0.1f, 0.4f, 0.4f, 0.1f}, {0.0f, 0.5f, 0.5f, 0.0f}, {0.2f, 0.3f, 0.3f, 0.2f}};
static const mk_resample_config rate = {&phases[0][0], 3, 2, 4};

static float sample(uint32_t kind, uint32_t i)
{
    switch (kind) {
    case 0: return 0.0f;
    case 1: return mk_float_from(any(0xFFFFFFFFu));
    case 2: return any(60) ? 0.01f * (float)any(100) : mk_float_from(0x7FC00000u);
    case 3: return i % 10u < 5u ? 1.5f : 0.2f;
    default: return 0.001f * ((float)any(16000) - 8000.0f);
    }
}

static mk_body_config configuration(void)
{
    mk_body_config config;
    memset(&config, 0, sizeof config);
    expect(mk_rfft_init(&config.gait.fft, MK_GAIT_FFT, &twiddle[0][0], order) == MK_OK, "transform");
    config.gait.window = window;
    config.gait.edge = edge;
    config.cadence = (mk_cadence_config){0.15625f, 0.05f, 0.5f, 0.7f, {1.2f, 2.4f}, {2.0f, 3.4f},
                                         {0.5f, 1.0f, 0.2f, 0.5f}, MK_GAIT_BINS, 2};
    config.counts = (mk_counts_config){any(2) ? &rate : 0, &band[0][0], 2};
    config.fall = (mk_fall_config){(uint16_t)(10u + any(41)), (uint16_t)(1u + any(30)), (uint16_t)(1u + any(30)),
                                   (uint16_t)(1u + any(60)), 0.6f, 1.2f, 6.0f, 0.1f, 2.0f, 0.8f};
    config.activity = (mk_activity_config){(uint8_t)(2u + any(15)), 0.02f, 0.4f, weight};
    config.gain = config.offset = ones;
    config.sleep_rule = (uint8_t)any(2);
    config.sleep_axis = (uint8_t)any(3);
    return config;
}

static void run(const mk_body_config *config, const float *in, int split, mk_body_report *reports)
{
    mk_body *const body = malloc(sizeof *body);
    float *const memory = malloc(mk_body_memory(config) * sizeof *memory);
    float *const scratch = malloc(MK_BODY_SCRATCH * sizeof *scratch);
    memset(body, 0xA5, sizeof *body);
    expect(mk_body_init(body, config, 0, 0, memory) == MK_OK, "init");
    for (uint32_t tick = 0; tick < TICKS; tick++) {
        for (uint32_t done = 0; done < MK_BODY_TICK;) {
            const uint32_t left = MK_BODY_TICK - done;
            const uint32_t n = split ? 1u + any(left) : left;
            mk_body_push(body, in + tick * MK_BODY_TICK + done, SAMPLES, n);
            done += n;
        }
        memset(&reports[tick], 0, sizeof reports[tick]);
        expect(mk_body_tick(body, tick % 7u == 6u ? MK_QUALITY_GAP : 0u, scratch, &reports[tick]) == MK_OK, "tick");
        expect(mk_is_finite(reports[tick].cadence) && mk_is_finite(reports[tick].belief), "numbers");
    }
    free(scratch);
    free(memory);
    free(body);
}

static void compare(const mk_body_report *a, const mk_body_report *b)
{
    for (uint32_t i = 0; i < TICKS; i++)
        expect(mk_float_bits(a[i].cadence) == mk_float_bits(b[i].cadence) && a[i].steps == b[i].steps &&
                   a[i].falls == b[i].falls && a[i].minute == b[i].minute &&
                   !memcmp(a[i].counts, b[i].counts, sizeof a[i].counts) && a[i].label == b[i].label &&
                   mk_float_bits(a[i].regularity) == mk_float_bits(b[i].regularity),
               "any split gives the same reports");
}

static void refusals(mk_body_config config)
{
    mk_body body;
    float memory[512];
    mk_body_config wrong = config;
    expect(mk_body_init(0, &config, 0, 0, memory) == MK_ERR_ARG, "no body");
    expect(mk_body_init(&body, 0, 0, 0, memory) == MK_ERR_ARG, "no configuration");
    expect(mk_body_init(&body, &config, 0, 0, 0) == MK_ERR_ARG, "no memory");
    wrong.sleep_axis = 3;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "axis");
    wrong = config;
    wrong.sleep_rule = 2;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "rule");
    wrong = config;
    wrong.cadence.bins = 64;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "bins");
    wrong = config;
    wrong.fall.rate = MK_FALL_MOST_RATE + 1;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "rate");
    wrong = config;
    wrong.activity.labels = MK_ACTIVITY_MOST_LABELS + 1;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "labels");
    wrong = config;
    wrong.counts.sections = MK_COUNTS_MOST_SECTIONS + 1;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "sections");
    wrong = config;
    wrong.gait.edge = order;
    expect(mk_body_init(&body, &wrong, 0, 0, memory) == MK_ERR_ARG, "edges");
}

int main(int argc, char **argv)
{
    const uint32_t rounds = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 10) : 20u;
    static mk_body_report whole[TICKS], parts[TICKS];
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 10) : 1u;
    for (uint32_t i = 0; i < 256u; i++)
        weight[i] = 0.004f + 0.0038f * (float)i;
    for (uint32_t i = 0; i < MK_GAIT_FFT / 4u * 3u; i++) {
        twiddle[i][0] = mk_cos(2.0f * MK_PI * (float)i / (float)MK_GAIT_FFT);
        twiddle[i][1] = mk_sin(2.0f * MK_PI * (float)i / (float)MK_GAIT_FFT);
    }
    for (uint32_t i = 0; i < MK_GAIT_LENGTH; i++)
        window[i] = 0.5f - 0.5f * mk_cos(2.0f * MK_PI * (float)i / (float)MK_GAIT_LENGTH);
    for (uint32_t round = 0; round < rounds; round++) {
        const mk_body_config config = configuration();
        float *const in = malloc(3u * SAMPLES * sizeof *in);
        const uint32_t kind = any(6);
        for (uint32_t i = 0; i < 3u * SAMPLES; i++)
            in[i] = sample(kind, i);
        run(&config, in, 0, whole);
        run(&config, in, 1, parts);
        compare(whole, parts);
        refusals(config);
        free(in);
    }
    printf("%u rounds passed\n", (unsigned)rounds);
    return 0;
}
