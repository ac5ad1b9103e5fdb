#include "motekit/dsp_rr.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"
#include "motekit/dsp_sum.h"

static float median_of(const float *rr, uint32_t n, float *scratch)
{
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = rr[i];
    mk_sort(scratch, n);
    return mk_quantile(scratch, n, 0.5f);
}

static float quarter_change(const float *rr, uint32_t n, float *scratch)
{
    for (uint32_t i = 1; i < n; i++)
        scratch[i - 1u] = mk_abs(rr[i] - rr[i - 1u]);
    mk_sort(scratch, n - 1u);
    return mk_quantile(scratch, n - 1u, 0.25f);
}

mk_quality mk_rr_process(const float *rr, uint32_t n, float *scratch, float *values)
{
    for (uint32_t i = 0; i < MK_RR_VALUES; i++)
        values[i] = 0.0f;
    if (n < MK_RR_LEAST || n > MK_RR_MOST)
        return n < MK_RR_LEAST ? MK_QUALITY_EMPTY : MK_QUALITY_RANGE;
    for (uint32_t i = 0; i < n; i++)
        if (!mk_is_finite(rr[i]))
            return MK_QUALITY_NONFINITE;
    const float median = median_of(rr, n, scratch);
    if (!(median > 0.0f))
        return MK_QUALITY_RANGE;
    const float large = 0.1f * median, small = 0.08f * median;
    uint32_t larges = 0, origins = 0, turns = 0;
    for (uint32_t i = 1; i < n; i++) {
        const float change = rr[i] - rr[i - 1u];
        larges += mk_abs(change) > large;
        if (i < 2)
            continue;
        const float before = rr[i - 1u] - rr[i - 2u];
        origins += mk_abs(change) < small && mk_abs(before) < small;
        turns += (change > 0.0f && before < 0.0f) || (change < 0.0f && before > 0.0f);
    }
    values[0] = mk_sqrt(mk_div(quarter_change(rr, n, scratch), median));
    values[1] = mk_div((float)larges, (float)(n - 1u));
    values[2] = mk_div((float)origins, (float)(n - 2u));
    values[3] = mk_div((float)turns, (float)(n - 2u));
    values[4] = mk_div(mk_sum(rr, n), (float)n);
    return 0;
}
