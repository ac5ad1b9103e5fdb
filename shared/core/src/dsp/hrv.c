#include "motekit/dsp_hrv.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"

#define AROUND 2u
#define TOLERANCE 0.2f
#define LARGE_CHANGE 0.05f

static int plausible(float rr)
{
    return rr >= MK_RR_SHORTEST && rr <= MK_RR_LONGEST;
}

uint32_t mk_rr_valid(const float *rr, uint32_t n, uint8_t *valid)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        valid[i] = 0;
        if (!plausible(rr[i]))
            continue;
        float near[2u * AROUND + 1u];
        uint32_t have = 0;
        const uint32_t first = i > AROUND ? i - AROUND : 0;
        for (uint32_t j = first; j < n && j <= i + AROUND; j++)
            if (plausible(rr[j]))
                near[have++] = rr[j];
        mk_sort(near, have);
        const float median = mk_quantile(near, have, 0.5f);
        valid[i] = mk_abs(rr[i] - median) <= TOLERANCE * median;
        count += valid[i];
    }
    return count;
}

/* Deviation of n values, given the sum of their squares and their sum, both about a point near their mean. */
static float deviation(float squares, float sum, uint32_t n)
{
    const float spread = squares - mk_div(sum * sum, (float)n);
    return spread > 0.0f ? mk_sqrt(mk_div(spread, (float)(n - 1u))) : 0.0f;
}

static void over_intervals(const float *rr, const uint8_t *valid, uint32_t n, mk_hrv *out)
{
    float total = 0.0f, about = 0.0f, sum = 0.0f, squares = 0.0f;
    for (uint32_t i = 0; i < n; i++)
        if (valid[i])
            total += rr[i];
    about = mk_div(total, (float)out->intervals);
    for (uint32_t i = 0; i < n; i++)
        if (valid[i]) {
            const float d = rr[i] - about;
            sum += d;
            squares += d * d;
        }
    out->mean_rr = about;
    out->sdnn = deviation(squares, sum, out->intervals);
}

static void over_pairs(const float *rr, const uint8_t *valid, uint32_t n, mk_hrv *out)
{
    float change = 0.0f, changes = 0.0f, level = 0.0f, levels = 0.0f;
    uint32_t large = 0;
    for (uint32_t i = 1; i < n; i++)
        if (valid[i - 1u] && valid[i]) {
            const float across = rr[i] - rr[i - 1u];
            const float along = (rr[i] - out->mean_rr) + (rr[i - 1u] - out->mean_rr);
            change += across;
            changes += across * across;
            level += along;
            levels += along * along;
            large += mk_abs(across) > LARGE_CHANGE;
        }
    out->rmssd = mk_sqrt(mk_div(changes, (float)out->pairs));
    out->pnn50 = mk_div((float)large, (float)out->pairs);
    /* both lie at 45 degrees to the axes they are measured on */
    out->sd1 = deviation(changes * 0.5f, change * 0.707106781f, out->pairs);
    out->sd2 = deviation(levels * 0.5f, level * 0.707106781f, out->pairs);
}

mk_quality mk_hrv_process(const float *rr, const uint8_t *valid, uint32_t n, mk_hrv *out)
{
    *out = (mk_hrv){0};
    for (uint32_t i = 0; i < n; i++) {
        out->intervals += valid[i] != 0;
        out->pairs += i > 0 && valid[i] && valid[i - 1u];
    }
    const mk_quality gap = (mk_quality)(out->intervals < n ? MK_QUALITY_GAP : 0u);
    if (out->intervals < 2)
        return (mk_quality)(gap | MK_QUALITY_EMPTY);
    over_intervals(rr, valid, n, out);
    if (out->pairs < 3)
        return (mk_quality)(gap | MK_QUALITY_EMPTY);
    over_pairs(rr, valid, n, out);
    return gap;
}
