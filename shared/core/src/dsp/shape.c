#include "motekit/dsp_shape.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_sum.h"

/* Sums of k^order p[k] with k counted from `centre`. */
static float moment(const float *power, uint32_t bins, float centre, int order)
{
    float total = 0.0f;
    for (uint32_t k = 0; k < bins;) {
        const uint32_t stop = bins - k > 32u ? k + 32u : bins;
        float sum = 0.0f;
        for (; k < stop; k++) {
            const float d = (float)k - centre;
            sum = mk_add_product(sum, order == 2 ? d * d : d, power[k]);
        }
        total += sum;
    }
    return total;
}

static float rolloff(const float *power, uint32_t bins, float wanted)
{
    float total = 0.0f;
    for (uint32_t k = 0; k < bins;) {
        const uint32_t stop = bins - k > 32u ? k + 32u : bins;
        float sum = 0.0f;
        for (; k < stop; k++) {
            sum += power[k];
            if (total + sum >= wanted)
                return (float)k;
        }
        total += sum;
    }
    return (float)(bins - 1u);
}

mk_quality mk_shape_process(const float *power, uint32_t bins, float bin_hz, float share, mk_shape *out)
{
    const float total = mk_sum(power, bins), count = (float)bins;
    *out = (mk_shape){0};
    out->total = total;
    if (!mk_is_finite(total)) {
        const float nan = mk_float_from(0x7FC00000u);
        *out = (mk_shape){nan, nan, nan, nan, nan, nan};
        return MK_QUALITY_NONFINITE;
    }
    if (!(total >= FLT_MIN))
        return MK_QUALITY_FLAT;
    const float centre = mk_div(moment(power, bins, 0.0f, 1), total);
    out->centroid = centre * bin_hz;
    out->spread = mk_sqrt(mk_div(moment(power, bins, centre, 2), total)) * bin_hz;
    out->rolloff = rolloff(power, bins, share * total) * bin_hz;
    float logs = 0.0f, weighted = 0.0f;
    for (uint32_t k = 0; k < bins;) {
        const uint32_t stop = bins - k > 32u ? k + 32u : bins;
        float sum = 0.0f, sum_weighted = 0.0f;
        for (; k < stop; k++) {
            const float ln = mk_ln(power[k]);
            const float p = mk_div(power[k], total);
            sum += ln;
            if (p > 0.0f)
                sum_weighted = mk_add_product(sum_weighted, p, mk_ln(p));
        }
        logs += sum;
        weighted += sum_weighted;
    }
    out->flatness = mk_exp(mk_div(logs, count) - mk_ln(mk_div(total, count)));
    out->entropy = mk_div(-weighted, mk_ln(count));
    return 0;
}

mk_quality mk_bands_process(const mk_bands *bands, const float *power, uint32_t bins, float *out)
{
    const float total = mk_sum(power, bins);
    for (uint32_t b = 0; b < bands->bands; b++) {
        out[b] = mk_sum(power + bands->start[b], bands->count[b]);
        if (bands->relative)
            out[b] = total >= FLT_MIN ? mk_div(out[b], total) : total != total ? total : 0.0f;
    }
    return (mk_quality)(!mk_is_finite(total) ? MK_QUALITY_NONFINITE : total >= FLT_MIN ? 0u : MK_QUALITY_FLAT);
}

/* Parabola through the logarithms of three powers: out[0] the place relative to the middle, out[1] the power. */
static void refine(const float *p, float *out)
{
    const float below = mk_ln(p[-1]), middle = mk_ln(p[0]), above = mk_ln(p[1]);
    const float bend = (below - 2.0f * middle) + above;
    const float shift = bend < 0.0f ? mk_div(0.5f * (below - above), bend) : 0.0f;
    out[0] = shift;
    out[1] = mk_exp(middle - 0.25f * (below - above) * shift);
}

uint32_t mk_shape_peaks(const float *power, uint32_t bins, uint32_t most, float *peaks)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < 2u * most; i++)
        peaks[i] = 0.0f;
    /* by insertion, on the height of the bin; refined once all are known */
    for (uint32_t k = 1; k + 1u < bins && most; k++) {
        if (!(power[k] > power[k - 1] && power[k] >= power[k + 1]))
            continue;
        if (found == most && power[k] <= peaks[2u * most - 1u])
            continue;
        uint32_t at = found < most ? found++ : most - 1u;
        for (; at > 0 && power[k] > peaks[2u * at - 1u]; at--) {
            peaks[2u * at] = peaks[2u * at - 2u];
            peaks[2u * at + 1u] = peaks[2u * at - 1u];
        }
        peaks[2u * at] = (float)k;
        peaks[2u * at + 1u] = power[k];
    }
    for (uint32_t i = 0; i < found; i++) {
        float near[2];
        refine(power + (uint32_t)peaks[2u * i], near);
        peaks[2u * i] += near[0];
        peaks[2u * i + 1u] = near[1];
    }
    return found;
}
