#include "motekit/dsp_normalise.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"

mk_status mk_normalise_init(mk_normalise *normalise, float share, float floor)
{
    if (!normalise || !(share >= 0.0f && share <= 1.0f) || !(floor > 0.0f) || !mk_is_finite(floor))
        return MK_ERR_ARG;
    *normalise = (mk_normalise){share, floor, 0.0f, 0.0f, floor * floor, 0};
    return MK_OK;
}

void mk_normalise_process(mk_normalise *normalise, const float *in, float *out, uint32_t n)
{
    const float share = normalise->share, floor = normalise->floor;
    if (n && !normalise->started) {
        normalise->started = 1;
        normalise->first = in[0];
    }
    for (uint32_t i = 0; i < n; i++) {
        const float x = in[i] - normalise->first, difference = x - normalise->mean, step = share * difference;
        normalise->mean += step;
        normalise->variance = (1.0f - share) * (normalise->variance + difference * step);
        const float deviation = mk_sqrt(normalise->variance);
        out[i] = mk_div(x - normalise->mean, deviation < floor ? floor : deviation);
    }
}

mk_quality mk_normalise_window(const float *in, float *out, uint32_t n, float floor)
{
    mk_moments moments;
    uint32_t quality = mk_moments_process(in, n, &moments);
    const float deviation = mk_sqrt(moments.variance), mean = moments.mean;
    if (deviation < floor)
        quality |= MK_QUALITY_FLAT;
    const float size = deviation < floor ? floor : deviation;
    for (uint32_t i = 0; i < n; i++)
        out[i] = mk_div(in[i] - mean, size);
    return (mk_quality)quality;
}
