#include <string.h>

#include "cases.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_math.h"

static uint32_t run_moments(const float *x)
{
    mk_moments moments;
    const mk_quality quality = mk_moments_process(x, 125, &moments);
    memcpy(case_out, &moments, sizeof moments);
    return with_quality(sizeof moments / 4, quality);
}

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

const bench_case statistics_cases[] = {
    {"math_500", 0, 0, run_math},
    {"moments_125", 0, 0, run_moments},
    {0, 0, 0, 0},
};
