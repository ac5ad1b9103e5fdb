#include "motekit/post_body.h"

#include "motekit/dsp_math.h"

#define N ((uint32_t)MK_GAIT_LENGTH)
#define TICK_S 2.0f
#define STEP 256.0f
/* a tick without any sample that can be used */
#define FAULT (MK_QUALITY_NONFINITE | MK_QUALITY_SATURATED | MK_QUALITY_GAP | MK_QUALITY_FLAT | MK_QUALITY_EMPTY)

uint32_t mk_body_memory(const mk_body_config *config)
{
    const uint32_t taps = config->counts.rate ? config->counts.rate->taps : 0u;
    return 3u * N + MK_COUNTS_MEMORY(taps, (uint32_t)config->counts.sections);
}

static int fits(const mk_nn_model *model, uint8_t labels)
{
    return model->inputs == 1 && model->outputs == 1 && model->input[0].dtype == MK_INT8 &&
           model->output[0].dtype == MK_INT8 && model->input[0].bytes == MK_BODY_VALUES &&
           model->output[0].bytes == labels && model->state_bytes == 0;
}

mk_status mk_body_init(mk_body *body, const mk_body_config *config, const mk_nn_model *model, void *arena,
                         float *memory)
{
    if (!body || !config || !memory || !config->gain || !config->offset || config->sleep_axis > 2 ||
        (model && !arena))
        return MK_ERR_ARG;
    if (model && !fits(model, config->activity.labels))
        return MK_ERR_FORMAT;
    body->config = config;
    body->model = model;
    body->arena = arena;
    body->ring = memory;
    mk_status status = mk_gait_check(&config->gait);
    if (!status && config->cadence.bins != MK_GAIT_BINS)
        status = MK_ERR_ARG;
    if (!status)
        status = mk_cadence_check(&config->cadence);
    if (!status)
        status = mk_counts_init(&body->counts, &config->counts, memory + 3u * N);
    if (!status)
        status = mk_fall_init(&body->fall, &config->fall);
    if (!status)
        status = mk_activity_init(&body->activity, &config->activity);
    if (!status)
        status = mk_sleep_init(&body->sleep, config->sleep_rule);
    if (!status)
        mk_body_reset(body);
    return status;
}

void mk_body_reset(mk_body *body)
{
    for (uint32_t i = 0; i < 3u * N; i++)
        body->ring[i] = 0.0f;
    mk_counts_reset(&body->counts);
    mk_fall_reset(&body->fall);
    mk_activity_reset(&body->activity);
    mk_sleep_reset(&body->sleep);
    body->steps = 0;
    body->cadence = 0.0f;
    body->filled = body->next = 0;
    body->falls = body->minute = 0;
    for (uint32_t i = 0; i < 3; i++)
        body->counted[i] = 0;
}

void mk_body_push(mk_body *body, const float *in, uint32_t pitch, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        const float x = in[k], y = in[pitch + k], z = in[2u * pitch + k];
        body->ring[body->next] = x;
        body->ring[N + body->next] = y;
        body->ring[2u * N + body->next] = z;
        body->next = (uint16_t)(body->next + 1u == N ? 0u : body->next + 1u);
        if (body->filled < N)
            body->filled++;
        if (mk_fall_take(&body->fall, x, y, z) && body->falls < 255)
            body->falls++;
        if (mk_counts_take(&body->counts, x, y, z)) {
            body->minute = 1;
            for (uint32_t i = 0; i < 3; i++)
                body->counted[i] = body->counts.minute[i];
        }
    }
}

void mk_body_inputs(const mk_body_config *config, const float *values, int8_t *inputs)
{
    for (uint32_t i = 0; i < MK_BODY_VALUES; i++) {
        const float q = mk_add_product(config->offset[i], values[i], config->gain[i]) + 0.5f;
        if (!(q > -128.0f)) {
            inputs[i] = -128;
            continue;
        }
        const int32_t whole = q >= 127.0f ? 127 : (int32_t)q;
        inputs[i] = (int8_t)((float)whole > q ? whole - 1 : whole);
    }
}

static mk_status classify(mk_body *body, const float *values, mk_body_report *report)
{
    if (!body->model)
        return MK_OK;
    mk_body_inputs(body->config, values, body->arena + body->model->input[0].offset);
    const mk_status status = body->model->invoke(body->arena);
    for (uint32_t i = 0; i < body->config->activity.labels; i++)
        report->scores[i] = body->arena[body->model->output[0].offset + i];
    report->valid = status == MK_OK;
    return status;
}

static mk_status look(mk_body *body, float *scratch, mk_body_report *report)
{
    float *const window = scratch + MK_GAIT_SCRATCH, *const values = window + 3u * N;
    for (uint32_t i = 0; i < 3; i++)
        for (uint32_t k = 0; k < N; k++)
            window[i * N + k] = body->ring[i * N + (body->next + k) % N];
    /* these first: the spectrum that gait leaves in the scratch is the cadence's */
    if (mk_recent_process(window, values + MK_GAIT_VALUES, scratch) ||
        mk_gait_process(&body->config->gait, window, values, scratch))
        return MK_OK;
    /* the logarithm of the magnitude's deviation is the first value of its track */
    const float deviation = mk_exp(values[18]);
    const mk_cadence cadence = mk_cadence_process(&body->config->cadence, scratch, deviation);
    report->cadence = cadence.hz;
    report->regularity = cadence.share;
    /* a window of 4 s sees a walk that begins or ends up to 2 s early or late: its first tick is not counted */
    if (body->cadence > 0.0f && cadence.hz > 0.0f)
        body->steps += (uint32_t)(0.5f * (body->cadence + cadence.hz) * TICK_S * STEP + 0.5f);
    return classify(body, values, report);
}

mk_status mk_body_tick(mk_body *body, mk_quality quality, float *scratch, mk_body_report *report)
{
    mk_status status = MK_OK;
    *report = (mk_body_report){0};
    for (uint32_t i = 0; i < MK_ACTIVITY_MOST_LABELS; i++)
        report->scores[i] = -128;
    if (body->filled == N && !(quality & FAULT))
        status = look(body, scratch, report);
    body->cadence = report->cadence;
    const mk_activity_decision decision =
        mk_activity_process(&body->activity, report->valid ? report->scores : 0);
    report->belief = decision.belief;
    report->label = decision.label;
    report->changed = decision.changed;
    report->best = decision.best;
    report->steps = body->steps;
    report->falls = body->falls;
    body->falls = 0;
    if (body->minute) {
        report->minute = 1;
        for (uint32_t i = 0; i < 3; i++)
            report->counts[i] = body->counted[i];
        report->sleep = mk_sleep_process(&body->sleep, body->counted[body->config->sleep_axis]);
        report->night_over = mk_sleep_night(&body->sleep, &report->night);
        body->minute = 0;
    }
    return status;
}
