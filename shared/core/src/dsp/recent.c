#include "motekit/dsp_recent.h"

#include "motekit/dsp_math.h"

#define N ((uint32_t)MK_RECENT_LENGTH)
#define HALF (N / 2u)
#define SMALL 1e-3f

static float log_of(float x)
{
    return mk_ln((x > 0.0f ? x : 0.0f) + SMALL);
}

static float mean_of(const float *x, uint32_t n)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < n; i++)
        sum += x[i];
    return mk_div(sum, (float)n);
}

static float variance_of(const float *x, float mean)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < HALF; i++)
        sum = mk_add_product(sum, x[i] - mean, x[i] - mean);
    return mk_div(sum, (float)HALF);
}

/* Deviation and change. */
static void tell(const float *x, float *values)
{
    float steps = 0.0f;
    for (uint32_t i = 1; i < HALF; i++)
        steps += mk_abs(x[i] - x[i - 1u]);
    values[0] = log_of(mk_sqrt(variance_of(x, mean_of(x, HALF))));
    values[1] = log_of(mk_div(steps, (float)(HALF - 1u)));
}

static void tell_plane(const float *y, const float *z, const float *mean, float *values)
{
    float steps = 0.0f;
    for (uint32_t i = 1; i < HALF; i++) {
        const float a = y[i] - y[i - 1u], b = z[i] - z[i - 1u];
        steps += mk_sqrt(mk_add_product(a * a, b, b));
    }
    values[0] = log_of(mk_sqrt(variance_of(y, mean[1]) + variance_of(z, mean[2])));
    values[1] = log_of(mk_div(steps, (float)(HALF - 1u)));
}

static float dot(const float *a, const float *b)
{
    return mk_add_product(mk_add_product(a[0] * b[0], a[1], b[1]), a[2], b[2]);
}

mk_quality mk_recent_process(const float *xyz, float *values, float *scratch)
{
    float *const magnitude = scratch, *const radial = scratch + HALF;
    const float *axis[3];
    float before[3], mean[3];
    for (uint32_t i = 0; i < 3u * N; i++)
        if (!mk_is_finite(xyz[i])) {
            for (uint32_t k = 0; k < MK_RECENT_VALUES; k++)
                values[k] = 0.0f;
            return MK_QUALITY_NONFINITE;
        }
    for (uint32_t i = 0; i < 3; i++) {
        axis[i] = xyz + i * N + HALF;
        before[i] = mean_of(xyz + i * N, HALF);
        mean[i] = mean_of(axis[i], HALF);
    }
    for (uint32_t i = 0; i < HALF; i++) {
        const float across = mk_add_product(axis[1][i] * axis[1][i], axis[2][i], axis[2][i]);
        radial[i] = mk_sqrt(across);
        magnitude[i] = mk_sqrt(mk_add_product(across, axis[0][i], axis[0][i]));
    }
    values[0] = before[0] + mean[0] < 0.0f ? -mean[0] : mean[0];
    values[1] = mk_sqrt(mk_add_product(mean[1] * mean[1], mean[2], mean[2]));
    values[2] = mean_of(magnitude, HALF);
    tell(axis[0], values + 3);
    tell(magnitude, values + 5);
    tell(radial, values + 7);
    tell_plane(axis[1], axis[2], mean, values + 9);
    values[11] = mk_div(dot(before, mean), mk_sqrt(dot(before, before) * dot(mean, mean)) + SMALL);
    return 0;
}
