#include "motekit/dsp_histogram.h"

#include "motekit/dsp_math.h"

mk_status mk_histogram_check(const mk_histogram *histogram)
{
    if (!histogram || histogram->bins == 0 || !(histogram->low < histogram->high) ||
        !mk_is_finite(histogram->high - histogram->low))
        return MK_ERR_ARG;
    return MK_OK;
}

mk_quality mk_histogram_process(const mk_histogram *histogram, const float *x, uint32_t n, float *out)
{
    const float low = histogram->low, high = histogram->high, bins = (float)histogram->bins;
    uint32_t quality = n ? 0u : MK_QUALITY_EMPTY;
    for (uint32_t b = 0; b < histogram->bins; b++)
        out[b] = 0.0f;
    for (uint32_t i = 0; i < n; i++) {
        if (!mk_is_finite(x[i])) {
            quality |= MK_QUALITY_NONFINITE;
        } else if (x[i] < low || x[i] > high) {
            quality |= MK_QUALITY_RANGE;
        } else {
            const uint32_t bin = (uint32_t)(mk_div(x[i] - low, high - low) * bins);
            out[bin < histogram->bins ? bin : histogram->bins - 1u] += 1.0f;
        }
    }
    for (uint32_t b = 0; n && b < histogram->bins; b++)
        out[b] = mk_div(out[b], (float)n);
    return (mk_quality)quality;
}
