#include "motekit/post_anomaly.h"

#include "motekit/dsp_math.h"

#define LEAST_DEVIATION 0.05f
/* of the healthy mean: second part of learning that fits the first */
#define STEADY 2.5f

static uint32_t at(uint32_t row, uint32_t column)
{
    return row * (row + 1u) / 2u + column;
}

float mk_normal_exceeded(float p)
{
    if (!(p < 0.5f))
        return 0.0f;
    if (p < 1e-30f)
        p = 1e-30f;
    const float t = mk_sqrt(-2.0f * mk_ln(p));
    return t - mk_div(2.515517f + t * (0.802853f + t * 0.010328f),
                      1.0f + t * (1.432788f + t * (0.189269f + t * 0.001308f)));
}

mk_status mk_anomaly_init(mk_anomaly *anomaly, const mk_anomaly_config *config)
{
    if (!anomaly || !config || !config->floors || config->dims < 1 || config->dims > MK_ANOMALY_DIMS ||
        !(config->row_s > 0.0f) || !(config->budget_per_day > 0.0f) ||
        !(config->smoothing > 0.0f && config->smoothing <= 1.0f) || !(config->least >= 0.0f) ||
        !(config->follow >= 0.0f && config->follow < 1.0f) || !(config->follow_most >= 0.0f) ||
        config->learn_rows < 4 || config->check_rows < 2 || config->confirm < 1)
        return MK_ERR_ARG;
    for (uint32_t d = 0; d < config->dims; d++)
        if (!(config->floors[d] > 0.0f))
            return MK_ERR_ARG;
    *anomaly = (mk_anomaly){.config = config};
    return MK_OK;
}

/* Cholesky factor of covariance + floors^2; the floors keep it positive. */
static mk_status factorise(mk_anomaly *anomaly, const float *covariance)
{
    const uint32_t n = anomaly->config->dims;
    float *const factor = anomaly->factor;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++) {
            float sum = covariance[at(i, j)];
            if (i == j)
                sum += anomaly->config->floors[i] * anomaly->config->floors[i];
            for (uint32_t k = 0; k < j; k++)
                sum -= factor[at(i, k)] * factor[at(j, k)];
            if (i != j)
                factor[at(i, j)] = mk_div(sum, factor[at(j, j)]);
            else if (sum > 0.0f)
                factor[at(i, i)] = mk_sqrt(sum);
            else
                return MK_ERR_FORMAT;
        }
    return MK_OK;
}

static float distance(const mk_anomaly *anomaly, const float *mean, const float *x)
{
    const uint32_t n = anomaly->config->dims;
    float y[MK_ANOMALY_DIMS], total = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        float sum = x[i] - mean[i];
        for (uint32_t k = 0; k < i; k++)
            sum -= anomaly->factor[at(i, k)] * y[k];
        y[i] = mk_div(sum, anomaly->factor[at(i, i)]);
        total += y[i] * y[i];
    }
    return mk_sqrt(mk_div(total, (float)n));
}

static float least_of(float value, float least)
{
    return value > least ? value : least;
}

static void watch(mk_anomaly *anomaly)
{
    const mk_anomaly_config *const config = anomaly->config;
    /* the smoothed score is news once in 1 / smoothing rows */
    const float p = mk_div(config->budget_per_day * config->row_s, 86400.0f * config->smoothing);
    const float deviation = MK_ANOMALY_TAIL * anomaly->baseline.score_deviation *
                            mk_sqrt(mk_div(config->smoothing, 2.0f - config->smoothing));
    const float alarm = least_of(mk_normal_exceeded(p) * deviation, config->least);
    const float warning = least_of(mk_normal_exceeded(MK_ANOMALY_WARNINGS * p) * deviation, 0.5f * alarm);
    anomaly->alarm_at = anomaly->baseline.score_mean + alarm;
    anomaly->warning_at = anomaly->baseline.score_mean + (warning < alarm ? warning : alarm);
    for (uint32_t d = 0; d < MK_ANOMALY_DIMS; d++)
        anomaly->drift[d] = 0.0f;
    anomaly->state = MK_ANOMALY_WATCHING;
    anomaly->level = MK_ANOMALY_NORMAL;
    anomaly->above = anomaly->below = 0;
    anomaly->watched = 1;
    anomaly->smoothed = anomaly->baseline.score_mean;
}

mk_status mk_anomaly_restore(mk_anomaly *anomaly, const mk_anomaly_baseline *baseline)
{
    int sound = baseline->rows >= 4u && baseline->score_deviation > 0.0f && mk_is_finite(baseline->score_deviation) &&
                baseline->score_mean > 0.0f && mk_is_finite(baseline->score_mean);
    for (uint32_t d = 0; d < anomaly->config->dims; d++)
        sound = sound && mk_is_finite(baseline->mean[d]) && baseline->covariance[at(d, d)] >= 0.0f;
    if (!sound || factorise(anomaly, baseline->covariance) != MK_OK)
        return MK_ERR_FORMAT;
    anomaly->baseline = *baseline;
    watch(anomaly);
    return MK_OK;
}

mk_status mk_anomaly_learn(mk_anomaly *anomaly)
{
    if (anomaly->state == MK_ANOMALY_WATCHING && anomaly->level != MK_ANOMALY_NORMAL)
        return MK_ERR_STATE;
    anomaly->fresh = (mk_anomaly_baseline){0};
    anomaly->taken = anomaly->insane = 0;
    anomaly->state = MK_ANOMALY_LEARNING;
    return MK_OK;
}

/* Running mean and covariance (sums of products of deviations). */
static void gather(mk_anomaly_baseline *fresh, const float *x, uint32_t dims)
{
    float before[MK_ANOMALY_DIMS];
    const float share = mk_div(1.0f, (float)++fresh->rows);
    for (uint32_t i = 0; i < dims; i++) {
        before[i] = x[i] - fresh->mean[i];
        fresh->mean[i] += before[i] * share;
    }
    for (uint32_t i = 0; i < dims; i++)
        for (uint32_t j = 0; j <= i; j++)
            fresh->covariance[at(i, j)] += before[i] * (x[j] - fresh->mean[j]);
}

static uint32_t give_up_learning(mk_anomaly *anomaly)
{
    anomaly->state = MK_ANOMALY_UNLEARNED;
    if (anomaly->watched)
        (void)mk_anomaly_restore(anomaly, &anomaly->baseline);
    return MK_ANOMALY_REFUSED;
}

static uint32_t learn_row(mk_anomaly *anomaly, const float *x, uint8_t sane)
{
    const mk_anomaly_config *const config = anomaly->config;
    mk_anomaly_baseline *const fresh = &anomaly->fresh;
    if (!sane) {
        if (++anomaly->insane * 10u > (uint32_t)config->learn_rows + config->check_rows)
            return give_up_learning(anomaly);
        return 0;
    }
    if (anomaly->taken < config->learn_rows) {
        gather(fresh, x, config->dims);
        if (++anomaly->taken == config->learn_rows) {
            const float share = mk_div(1.0f, (float)(fresh->rows - 1u));
            for (uint32_t i = 0; i < MK_ANOMALY_PACKED; i++)
                fresh->covariance[i] *= share;
            if (factorise(anomaly, fresh->covariance) != MK_OK)
                return give_up_learning(anomaly);
        }
        return 0;
    }
    /* the score's own mean and deviation, on rows the covariance has not seen */
    const float score = distance(anomaly, fresh->mean, x);
    const float n = (float)(++anomaly->taken - config->learn_rows), before = score - fresh->score_mean;
    anomaly->score = score;
    fresh->score_mean += mk_div(before, n);
    fresh->score_deviation += before * (score - fresh->score_mean);
    if (anomaly->taken < config->learn_rows + config->check_rows)
        return 0;
    fresh->score_deviation = mk_sqrt(mk_div(fresh->score_deviation, n - 1.0f));
    if (!(fresh->score_mean < STEADY))
        return give_up_learning(anomaly);
    fresh->score_deviation = least_of(fresh->score_deviation, LEAST_DEVIATION);
    fresh->rows += config->check_rows;
    anomaly->baseline = *fresh;
    watch(anomaly);
    return MK_ANOMALY_LEARNED;
}

static uint8_t level_of(const mk_anomaly *anomaly, float share)
{
    const float mean = anomaly->baseline.score_mean;
    if (anomaly->smoothed > mean + share * (anomaly->alarm_at - mean))
        return MK_ANOMALY_ALARM;
    return anomaly->smoothed > mean + share * (anomaly->warning_at - mean) ? MK_ANOMALY_WARNING : MK_ANOMALY_NORMAL;
}

static uint32_t decide(mk_anomaly *anomaly)
{
    anomaly->above = level_of(anomaly, 1.0f) > anomaly->level ? anomaly->above + 1u : 0u;
    anomaly->below = level_of(anomaly, 0.6f) < anomaly->level ? anomaly->below + 1u : 0u;
    if (anomaly->above < anomaly->config->confirm && anomaly->below < anomaly->config->confirm)
        return 0;
    anomaly->level = level_of(anomaly, anomaly->above ? 1.0f : 0.6f);
    anomaly->above = anomaly->below = 0;
    return MK_ANOMALY_LEVEL_CHANGED;
}

static void follow(mk_anomaly *anomaly, const float *x)
{
    const mk_anomaly_config *const config = anomaly->config;
    for (uint32_t d = 0; d < config->dims; d++) {
        const float most = config->follow_most * config->floors[d];
        float drift = anomaly->drift[d];
        drift += config->follow * (x[d] - anomaly->baseline.mean[d] - drift);
        anomaly->drift[d] = drift > most ? most : drift < -most ? -most : drift;
    }
}

uint32_t mk_anomaly_process(mk_anomaly *anomaly, const float *x, uint8_t sane)
{
    for (uint32_t d = 0; d < anomaly->config->dims; d++)
        if (!mk_is_finite(x[d]))
            sane = 0;
    if (anomaly->state == MK_ANOMALY_LEARNING)
        return learn_row(anomaly, x, sane);
    if (anomaly->state != MK_ANOMALY_WATCHING || !sane)
        return 0;
    float mean[MK_ANOMALY_DIMS];
    for (uint32_t d = 0; d < anomaly->config->dims; d++)
        mean[d] = anomaly->baseline.mean[d] + anomaly->drift[d];
    anomaly->score = distance(anomaly, mean, x);
    anomaly->smoothed += anomaly->config->smoothing * (anomaly->score - anomaly->smoothed);
    const uint32_t happened = decide(anomaly);
    if (anomaly->level == MK_ANOMALY_NORMAL && anomaly->smoothed < anomaly->warning_at)
        follow(anomaly, x);
    return happened;
}
