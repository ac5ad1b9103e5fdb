#include "motekit/dsp_quality.h"

#include "motekit/dsp_math.h"

mk_quality mk_quality_check(const float *x, uint32_t n, float low, float high)
{
    uint32_t quality = 0;
    int varies = 0;
    if (n == 0)
        return MK_QUALITY_EMPTY;
    for (uint32_t i = 0; i < n; i++) {
        if (!mk_is_finite(x[i]))
            quality |= MK_QUALITY_NONFINITE;
        if (x[i] <= low || x[i] >= high)
            quality |= MK_QUALITY_SATURATED;
        if (x[i] != x[0])
            varies = 1;
    }
    return (mk_quality)(quality | (varies ? 0u : MK_QUALITY_FLAT));
}
