#include "motekit/dsp_cancel.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_sum.h"

static uint32_t terms_of(const mk_cancel *cancel)
{
    return (uint32_t)cancel->config.references * cancel->config.lags;
}

static uint32_t triangle(uint32_t row)
{
    return row * (row + 1u) / 2u;
}

/* Equations that a memory lies behind: those of all memories before it that keep any. */
static uint32_t kept_before(const mk_cancel_config *config, uint32_t memory)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < memory; i++)
        kept += config->memory[i] > 0.0f;
    return kept * MK_CANCEL_EQUATIONS((uint32_t)config->references * config->lags, config->targets);
}

uint32_t mk_cancel_state(const mk_cancel_config *config)
{
    return kept_before(config, config->memories);
}

mk_status mk_cancel_init(mk_cancel *cancel, const mk_cancel_config *config, float *state)
{
    if (!cancel || !config || !state || !config->weights || config->length < 2 || config->length > 4096 ||
        config->references == 0 || config->lags == 0 || config->stride == 0 || config->targets == 0 || config->memories == 0 ||
        (uint32_t)config->references * config->lags > MK_CANCEL_MOST_TERMS ||
        config->memories > MK_CANCEL_MOST_MEMORIES ||
        (config->pitch && config->pitch < MK_CANCEL_SPAN((uint32_t)config->length, config->lags, config->stride)) || !(config->ridge >= 1e-4f && config->ridge <= 10.0f))
        return MK_ERR_ARG;
    for (uint32_t i = 0; i < config->memories; i++)
        if (!(config->memory[i] >= 0.0f && config->memory[i] < 1.0f))
            return MK_ERR_ARG;
    cancel->config = *config;
    cancel->state = state;
    mk_cancel_reset(cancel);
    return MK_OK;
}

void mk_cancel_reset(mk_cancel *cancel)
{
    const uint32_t n = mk_cancel_state(&cancel->config);
    for (uint32_t i = 0; i < n; i++)
        cancel->state[i] = 0.0f;
}

static int all_finite(const float *x, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (!mk_is_finite(x[i]))
            return 0;
    return 1;
}

static uint32_t span_of(const mk_cancel_config *config)
{
    return MK_CANCEL_SPAN((uint32_t)config->length, config->lags, config->stride);
}

/* A reference at one lag. */
static const float *term(const mk_cancel_config *config, const float *reference, uint32_t i)
{
    const uint32_t pitch = config->pitch ? config->pitch : span_of(config);
    return reference + (i / config->lags) * pitch + i % config->lags * config->stride;
}

static const float *target_row(const mk_cancel_config *config, const float *target, uint32_t k)
{
    return target + k * (config->pitch ? config->pitch : config->length);
}

/* The window's own normal equations, of weighted deviations from each term's mean. */
static void measure(const mk_cancel_config *config, uint32_t terms, const float *reference, const float *target,
                    float *means, float *row, float *equations)
{
    const uint32_t n = config->length;
    for (uint32_t i = 0; i < terms; i++)
        means[i] = mk_mean(term(config, reference, i), n);
    for (uint32_t i = 0; i < terms; i++) {
        const float *const x = term(config, reference, i);
        for (uint32_t t = 0; t < n; t++)
            row[t] = config->weights[t] * config->weights[t] * (x[t] - means[i]);
        /* sum of row x (other - mean) without storing the deviations of all others */
        const float weight = mk_sum(row, n);
        for (uint32_t j = 0; j <= i; j++)
            equations[triangle(i) + j] = mk_dot(row, term(config, reference, j), n) - weight * means[j];
        for (uint32_t k = 0; k < config->targets; k++) {
            const float *const y = target_row(config, target, k);
            equations[triangle(terms) + k * terms + i] = mk_dot(row, y, n) - weight * mk_mean(y, n);
        }
    }
}

/* Cholesky factor in place of the packed triangle; 0 if it is not positive definite. */
static int factorise(float *g, uint32_t terms)
{
    for (uint32_t i = 0; i < terms; i++) {
        float *const row = g + triangle(i);
        for (uint32_t j = 0; j <= i; j++) {
            const float *const other = g + triangle(j);
            const float rest = row[j] - mk_dot(row, other, j);
            if (j < i)
                row[j] = mk_div(rest, other[j]);
            else if (rest > 0.0f)
                row[j] = mk_sqrt(rest);
            else
                return 0;
        }
    }
    return 1;
}

static void substitute(const float *g, uint32_t terms, float *b)
{
    for (uint32_t i = 0; i < terms; i++)
        b[i] = mk_div(b[i] - mk_dot(g + triangle(i), b, i), g[triangle(i) + i]);
    for (uint32_t i = terms; i-- > 0;) {
        float rest = b[i];
        for (uint32_t j = i + 1u; j < terms; j++)
            rest -= g[triangle(j) + i] * b[j];
        b[i] = mk_div(rest, g[triangle(i) + i]);
    }
}

static void subtract(const mk_cancel_config *config, uint32_t terms, const float *reference, const float *means,
                     const float *coefficients, const float *y, float *out)
{
    const uint32_t n = config->length;
    const float mean = mk_mean(y, n);
    for (uint32_t t = 0; t < n; t++)
        out[t] = y[t] - mean;
    for (uint32_t i = 0; i < terms; i++) {
        const float *const x = term(config, reference, i);
        for (uint32_t t = 0; t < n; t++)
            out[t] -= coefficients[i] * (x[t] - means[i]);
    }
    for (uint32_t t = 0; t < n; t++)
        out[t] *= config->weights[t];
}

mk_quality mk_cancel_measure(const mk_cancel *cancel, const float *reference, const float *target, float *scratch)
{
    const mk_cancel_config *const config = &cancel->config;
    const uint32_t terms = terms_of(cancel), n = config->length, span = span_of(config);
    for (uint32_t i = 0; i < config->references; i++)
        if (!all_finite(term(config, reference, i * config->lags), span))
            return MK_QUALITY_NONFINITE;
    for (uint32_t k = 0; k < config->targets; k++)
        if (!all_finite(target_row(config, target, k), n))
            return MK_QUALITY_NONFINITE;
    /* the row last: whoever cancels with little memory has it back after this */
    float *const equations = scratch + terms, *const row = equations + 2u * MK_CANCEL_EQUATIONS(terms, config->targets);
    measure(config, terms, reference, target, scratch, row, equations);
    return 0;
}

mk_quality mk_cancel_solve(mk_cancel *cancel, uint32_t memory, float *scratch)
{
    const mk_cancel_config *const config = &cancel->config;
    const uint32_t terms = terms_of(cancel), size = MK_CANCEL_EQUATIONS(terms, config->targets);
    const float *const fresh = scratch + terms;
    float *const solved = scratch + terms + size, *const kept = cancel->state + kept_before(config, memory);
    const float share = config->memory[memory];
    for (uint32_t i = 0; i < size; i++)
        solved[i] = share > 0.0f ? (kept[i] = fresh[i] + share * kept[i]) : fresh[i];
    float trace = 0.0f;
    for (uint32_t i = 0; i < terms; i++)
        trace += solved[triangle(i) + i];
    for (uint32_t i = 0; i < terms; i++)
        solved[triangle(i) + i] += mk_div(config->ridge * trace, (float)terms);
    const int usable = factorise(solved, terms);
    for (uint32_t k = 0; k < config->targets; k++) {
        float *const b = solved + triangle(terms) + k * terms;
        if (usable)
            substitute(solved, terms, b);
        else
            for (uint32_t i = 0; i < terms; i++)
                b[i] = 0.0f;
    }
    return usable ? 0 : MK_QUALITY_FLAT;
}

void mk_cancel_rest(const mk_cancel *cancel, uint32_t k, const float *reference, const float *target,
                    const float *scratch, float *out)
{
    const mk_cancel_config *const config = &cancel->config;
    const uint32_t terms = terms_of(cancel), size = MK_CANCEL_EQUATIONS(terms, config->targets);
    const float *const coefficients = scratch + terms + size + triangle(terms) + k * terms;
    subtract(config, terms, reference, scratch, coefficients, target_row(config, target, k), out);
}

mk_quality mk_cancel_process(mk_cancel *cancel, const float *reference, const float *target, float *out,
                             float *scratch)
{
    const mk_cancel_config *const config = &cancel->config;
    const uint32_t total = (uint32_t)config->targets * config->length;
    mk_quality quality = mk_cancel_measure(cancel, reference, target, scratch);
    if (quality) {
        for (uint32_t i = 0; i < config->memories * total; i++)
            out[i] = 0.0f;
        return quality;
    }
    for (uint32_t m = 0; m < config->memories; m++) {
        quality |= mk_cancel_solve(cancel, m, scratch);
        for (uint32_t k = 0; k < config->targets; k++)
            mk_cancel_rest(cancel, k, reference, target, scratch, out + m * total + k * config->length);
    }
    return quality;
}
