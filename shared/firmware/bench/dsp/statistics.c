#include <string.h>

#include "cases.h"
#include "motekit/dsp_autocorr.h"
#include "motekit/dsp_change.h"
#include "motekit/dsp_histogram.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_quantile.h"
#include "motekit/dsp_sampen.h"

static uint32_t run_math(const float *x)
{
    float *out = case_out;
    for (uint32_t i = 0; i < CASE_LENGTH; i += 2) {
        *out++ = mk_ln(mk_abs(x[i]));
        *out++ = mk_exp(x[i]);
        *out++ = mk_sin(x[i]);
        *out++ = mk_cos(x[i]);
        *out++ = mk_atan2(x[i], x[i + 1]);
        *out++ = mk_sqrt(mk_abs(x[i]));
        *out++ = mk_div(x[i], x[i + 1]);
    }
    return (uint32_t)(out - case_out);
}

static uint32_t run_moments(const float *x)
{
    mk_moments moments;
    const mk_quality quality = mk_moments_process(x, 125, &moments);
    memcpy(case_out, &moments, sizeof moments);
    return with_quality(sizeof moments / 4, quality);
}

static uint32_t run_change(const float *x)
{
    const mk_differences differences = mk_differences_process(x, CASE_LENGTH);
    case_out[0] = differences.mean_absolute;
    case_out[1] = differences.rms;
    case_out[2] = (float)mk_crossings(x, CASE_LENGTH, 0.0f);
    return 3;
}

static uint32_t run_quantiles(const float *x)
{
    memcpy(case_memory, x, 250 * sizeof *x);
    mk_sort(case_memory, 250);
    case_out[0] = mk_quantile(case_memory, 250, 0.25f);
    case_out[1] = mk_quantile(case_memory, 250, 0.5f);
    case_out[2] = mk_quantile(case_memory, 250, 0.75f);
    return 3;
}

static uint32_t run_autocorr(const float *x)
{
    const mk_quality quality = mk_autocorr_process(x, 500, case_out, 125, case_memory);
    const mk_autocorr_peak peak = mk_autocorr_first_peak(case_out, 125, 0.2f);
    case_out[125] = peak.lag;
    case_out[126] = peak.height;
    return with_quality(127, quality);
}

static const mk_histogram histogram = {-100.0f, 100.0f, 16};

static uint32_t run_histogram(const float *x)
{
    return with_quality(16, mk_histogram_process(&histogram, x, CASE_LENGTH, case_out));
}

static uint32_t run_sampen(const float *x)
{
    return with_quality(1, mk_sampen_process(x, 125, 2, 5.0f, case_out));
}

const bench_case statistics_cases[] = {
    {"math_500", 0, 0, run_math},
    {"moments_125", 0, 0, run_moments},
    {"change_1000", 0, 0, run_change},
    {"quantiles_250", 250 * 4, 0, run_quantiles},
    {"autocorr_500x125", 500 * 4, 0, run_autocorr},
    {"histogram_16x1000", 0, 0, run_histogram},
    {"sampen_125", 0, 0, run_sampen},
    {0, 0, 0, 0},
};
