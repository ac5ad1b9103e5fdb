#include "motekit/dsp_autocorr.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_sum.h"

mk_quality mk_autocorr_process(const float *x, uint32_t n, float *r, uint32_t lags, float *scratch)
{
    const float mean = mk_mean(x, n);
    for (uint32_t i = 0; i < n; i++)
        scratch[i] = x[i] - mean;
    const float energy = mk_dot(scratch, scratch, n);
    if (!mk_is_finite(energy) || !(energy > 0.0f)) {
        const int flat = energy <= 0.0f;
        for (uint32_t k = 0; k < lags; k++)
            r[k] = flat ? 0.0f : mk_float_from(0x7FC00000u);
        return flat ? MK_QUALITY_FLAT : MK_QUALITY_NONFINITE;
    }
    for (uint32_t k = 0; k < lags; k++)
        r[k] = mk_div(mk_dot(scratch, scratch + k, n - k), energy);
    return 0;
}

mk_autocorr_peak mk_autocorr_first_peak(const float *r, uint32_t lags, float least)
{
    uint32_t k = 0;
    while (k < lags && !(r[k] < 0.0f))
        k++;
    for (k++; k + 1u < lags; k++) {
        if (!(r[k] >= least && r[k] > r[k - 1] && r[k] >= r[k + 1]))
            continue;
        const float below = r[k - 1], above = r[k + 1], bend = (below - 2.0f * r[k]) + above;
        const float shift = mk_div(0.5f * (below - above), bend);
        return (mk_autocorr_peak){(float)k + shift, r[k] - 0.25f * (below - above) * shift};
    }
    return (mk_autocorr_peak){0.0f, 0.0f};
}
