#include "motekit/dsp_wavelet.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_sum.h"

mk_status mk_wavelet_check(const mk_wavelet *wavelet)
{
    if (!wavelet || !wavelet->low || !wavelet->high || wavelet->taps < 2 || wavelet->taps > MK_WAVELET_TAPS ||
        wavelet->levels == 0 || wavelet->levels > 16)
        return MK_ERR_ARG;
    return MK_OK;
}

/* Sample i of the window continued by its mirror images. */
static float mirrored(const float *x, uint32_t n, int32_t i)
{
    int32_t at = i % (int32_t)(2u * n);
    if (at < 0)
        at += (int32_t)(2u * n);
    return x[(uint32_t)at < n ? (uint32_t)at : 2u * n - 1u - (uint32_t)at];
}

/* One level: writes the approximation, returns its length; *energy is that of the details. */
static uint32_t level(const mk_wavelet *wavelet, const float *x, uint32_t n, float *approximation, float *energy)
{
    const uint32_t taps = wavelet->taps, count = (n + taps - 1u) / 2u;
    float total = 0.0f, sum = 0.0f;
    for (uint32_t k = 0; k < count; k++) {
        const int32_t newest = (int32_t)(2u * k) + 1;
        float low = 0.0f, high = 0.0f;
        for (uint32_t j = 0; j < taps; j++) {
            const float value = mirrored(x, n, newest - (int32_t)j);
            low = mk_add_product(low, wavelet->low[j], value);
            high = mk_add_product(high, wavelet->high[j], value);
        }
        approximation[k] = low;
        sum = mk_add_product(sum, high, high);
        if (k % 32u == 31u) {
            total += sum;
            sum = 0.0f;
        }
    }
    *energy = total + sum;
    return count;
}

void mk_wavelet_energies(const mk_wavelet *wavelet, const float *x, uint32_t n, float *energies, float *scratch)
{
    for (uint32_t l = 0; l < wavelet->levels; l++) {
        float *const approximation = scratch;
        const uint32_t count = level(wavelet, x, n, approximation, &energies[l]);
        scratch += count;
        x = approximation;
        n = count;
    }
    energies[wavelet->levels] = mk_dot(x, x, n);
}
