#include "motekit/post_trend.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"

/* of 90 % of a normal distribution */
#define INTERVAL 1.6449f

static float infinite(void)
{
    return mk_float_from(0x7F800000u);
}

static float time_until(float gap, float slope)
{
    if (gap <= 0.0f)
        return 0.0f;
    return slope > 0.0f && gap < slope * 1e30f ? mk_div(gap, slope) : infinite();
}

mk_status mk_trend_process(const float *t, const float *y, uint32_t n, float threshold, float *scratch, mk_trend *out)
{
    *out = (mk_trend){.time_to = infinite(), .time_soonest = infinite(), .time_latest = infinite()};
    if (n < MK_TREND_LEAST || n > MK_TREND_MOST)
        return MK_ERR_SIZE;
    uint32_t pairs = 0;
    for (uint32_t i = 1; i < n; i++)
        for (uint32_t j = 0; j < i; j++) {
            const float step = t[i] - t[j];
            if (!(step > 0.0f) || !mk_is_finite(y[i]) || !mk_is_finite(y[j]))
                return MK_ERR_ARG;
            scratch[pairs++] = mk_div(y[i] - y[j], step);
        }
    mk_sort(scratch, pairs);
    out->slope = mk_quantile(scratch, pairs, 0.5f);
    const float points = (float)n;
    const float deviation = mk_sqrt(points * (points - 1.0f) * (2.0f * points + 5.0f) * (1.0f / 18.0f));
    const float half = 0.5f * mk_div(INTERVAL * deviation, (float)pairs);
    out->slope_low = mk_quantile(scratch, pairs, half < 0.5f ? 0.5f - half : 0.0f);
    out->slope_high = mk_quantile(scratch, pairs, half < 0.5f ? 0.5f + half : 1.0f);
    out->rises = out->slope_low > 0.0f;
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = y[i] + out->slope * (t[n - 1u] - t[i]);
    mk_sort(scratch, n);
    out->level = mk_quantile(scratch, n, 0.5f);
    const float gap = threshold - out->level;
    out->time_to = time_until(gap, out->slope);
    out->time_soonest = time_until(gap, out->slope_high);
    out->time_latest = time_until(gap, out->slope_low);
    return MK_OK;
}
