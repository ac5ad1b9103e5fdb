#include "motekit/dsp_moments.h"

#include "motekit/dsp_math.h"

#define RUN 32u

float mk_mean(const float *x, uint32_t n)
{
    const float first = n ? x[0] : 0.0f;
    float total = 0.0f;
    for (const float *const end = x + n; x < end;) {
        const float *const stop = (uint32_t)(end - x) > RUN ? x + RUN : end;
        float sum = 0.0f;
        for (; x < stop; x++)
            sum += *x - first;
        total += sum;
    }
    return n ? first + mk_div(total, (float)n) : 0.0f;
}

/* A power of two that brings a magnitude to about 1, so that its powers neither overflow nor vanish. */
static float unit_scale(float magnitude)
{
    const uint32_t exponent = mk_float_bits(magnitude) >> 23;
    return mk_float_from((exponent > 252u ? 1u : 254u - exponent) << 23);
}

/* Means of powers two to four of the scaled deviations. */
static void central(const float *x, uint32_t n, float scale, float offset, float *m2, float *m3, float *m4)
{
    const float first = x[0];
    float total2 = 0.0f, total3 = 0.0f, total4 = 0.0f;
    for (const float *const end = x + n; x < end;) {
        const float *const stop = (uint32_t)(end - x) > RUN ? x + RUN : end;
        float sum2 = 0.0f, sum3 = 0.0f, sum4 = 0.0f;
        for (; x < stop; x++) {
            const float d = (*x - first) * scale - offset, square = d * d;
            sum2 += square;
            sum3 = mk_add_product(sum3, square, d);
            sum4 = mk_add_product(sum4, square, square);
        }
        total2 += sum2;
        total3 += sum3;
        total4 += sum4;
    }
    *m2 = mk_div(total2, (float)n);
    *m3 = mk_div(total3, (float)n);
    *m4 = mk_div(total4, (float)n);
}

/* Sum of |x|, for the moment in mean_absolute, and extremes; returns the sum of deviations from the first sample. */
static float first_pass(const float *x, uint32_t n, mk_moments *out)
{
    const float first = x[0];
    float minimum = first, maximum = first, total = 0.0f, total_absolute = 0.0f;
    for (const float *const end = x + n; x < end;) {
        const float *const stop = (uint32_t)(end - x) > RUN ? x + RUN : end;
        float sum = 0.0f, absolute = 0.0f;
        for (; x < stop; x++) {
            sum += *x - first;
            absolute += mk_abs(*x);
            if (*x < minimum)
                minimum = *x;
            if (*x > maximum)
                maximum = *x;
        }
        total += sum;
        total_absolute += absolute;
    }
    out->minimum = minimum;
    out->maximum = maximum;
    out->peak_to_peak = maximum - minimum;
    out->peak = maximum > -minimum ? maximum : -minimum;
    out->mean_absolute = total_absolute;
    return total;
}

mk_quality mk_moments_process(const float *x, uint32_t n, mk_moments *out)
{
    *out = (mk_moments){0};
    if (n == 0)
        return MK_QUALITY_EMPTY;
    const float total = first_pass(x, n, out);
    const float scale = unit_scale(out->peak_to_peak), unit = unit_scale(out->peak), ratio = mk_div(unit, scale);
    const float offset = mk_div(total * scale, (float)n), absolute = mk_div(out->mean_absolute * unit, (float)n);
    float m2, m3, m4;
    central(x, n, scale, offset, &m2, &m3, &m4);
    out->mean = x[0] + mk_div(offset, scale);
    if (!mk_is_finite(m4) || !mk_is_finite(absolute)) {
        const float nan = mk_float_from(0x7FC00000u);
        *out = (mk_moments){nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan};
        return MK_QUALITY_NONFINITE;
    }
    out->mean_absolute = mk_div(absolute, unit);
    out->variance = mk_div(mk_div(m2, scale), scale);
    const float level = mk_add_product(x[0] * unit, offset, ratio);
    const float rms = mk_sqrt(mk_add_product(m2 * ratio * ratio, level, level));
    out->rms = rms / unit;
    if (rms > 0.0f) {
        out->crest_factor = mk_div(out->peak * unit, rms);
        out->shape_factor = mk_div(rms, absolute);
    }
    if (!(m2 > 0.0f))
        return MK_QUALITY_FLAT;
    out->skewness = mk_div(mk_div(m3, m2), mk_sqrt(m2));
    out->kurtosis = mk_div(mk_div(m4, m2), m2) - 3.0f;
    return 0;
}
