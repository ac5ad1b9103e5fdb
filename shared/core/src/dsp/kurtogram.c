#include "motekit/dsp_kurtogram.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"

mk_status mk_kurtogram_check(const mk_kurtogram *kurtogram, uint32_t n)
{
    if (!kurtogram || !kurtogram->low || !kurtogram->high || kurtogram->taps == 0 || kurtogram->levels == 0 ||
        kurtogram->levels > 8 || n < ((uint32_t)kurtogram->taps << kurtogram->levels) ||
        (kurtogram->thirds && kurtogram->third_taps == 0))
        return MK_ERR_ARG;
    return MK_OK;
}

/* Part of a band: filtered, every `every`-th value kept. The upper half's spectrum is moved down by half its rate, so
 * that it rises with frequency too. Returns the length. */
static uint32_t part(const float *in, uint32_t n, const float *filter, uint32_t taps, uint32_t every, int upper,
                     float *out)
{
    const uint32_t count = n / every;
    for (uint32_t k = 0; k < count; k++) {
        const uint32_t newest = every * k + every - 1u, most = newest + 1u < taps ? newest + 1u : taps;
        float re = 0.0f, im = 0.0f;
        for (uint32_t j = 0; j < most; j++) {
            const float *const c = in + 2u * (newest - j), *const h = filter + 2u * j;
            re = mk_sub_product(mk_add_product(re, c[0], h[0]), c[1], h[1]);
            im = mk_add_product(mk_add_product(im, c[0], h[1]), c[1], h[0]);
        }
        const int turned = upper && k % 2u;
        out[2u * k] = turned ? -re : re;
        out[2u * k + 1u] = turned ? -im : im;
    }
    return count;
}

/* Kurtosis of a complex envelope, less that of Gaussian noise. */
static float impulsiveness(const float *c, uint32_t n, uint32_t skip)
{
    float largest = 0.0f, second = 0.0f, fourth = 0.0f;
    for (uint32_t i = 2u * skip; i < 2u * n; i++)
        if (mk_abs(c[i]) > largest)
            largest = mk_abs(c[i]);
    if (!(largest > 0.0f))
        return 0.0f;
    const uint32_t exponent = mk_float_bits(largest) >> 23;
    const float scale = mk_float_from((exponent > 252u ? 1u : 254u - exponent) << 23);
    for (uint32_t i = skip; i < n;) {
        const uint32_t stop = n - i > 32u ? i + 32u : n;
        float sum2 = 0.0f, sum4 = 0.0f;
        for (; i < stop; i++) {
            const float re = c[2u * i] * scale, im = c[2u * i + 1u] * scale, square = mk_add_product(re * re, im, im);
            sum2 += square;
            sum4 = mk_add_product(sum4, square, square);
        }
        second += sum2;
        fourth += sum4;
    }
    const float ratio = mk_div(fourth, second);
    return mk_div(ratio, second) * (float)(n - skip) - 2.0f;
}

/* Kurtosis of the three thirds of a band; the scratch takes 2 n / 3 floats. */
static void thirds_of(const mk_kurtogram *kurtogram, const float *band, uint32_t n, float *out, float *scratch)
{
    for (uint32_t t = 0; t < 3u; t++) {
        const float *const filter = kurtogram->thirds + 2u * t * kurtogram->third_taps;
        const uint32_t length = part(band, n, filter, kurtogram->third_taps, 3, 0, scratch);
        const uint32_t skip = kurtogram->third_taps < length / 2u ? kurtogram->third_taps : length / 2u;
        out[t] = impulsiveness(scratch, length, skip);
    }
}

mk_quality mk_kurtogram_process(const mk_kurtogram *kurtogram, const float *x, uint32_t n, float *out, float *scratch)
{
    const uint32_t levels = kurtogram->levels, taps = kurtogram->taps;
    mk_moments moments;
    const mk_quality quality = mk_moments_process(x, n, &moments);
    out[0] = moments.kurtosis;
    for (uint32_t i = 0; i < n; i++) {
        scratch[2u * i] = x[i] - moments.mean;
        scratch[2u * i + 1u] = 0.0f;
    }
    float *const thirds = out + MK_KURTOGRAM_SIZE(levels);
    if (kurtogram->thirds)
        thirds_of(kurtogram, scratch, n, thirds, scratch + 2u * n);
    /* depth first over the leaves: a level is computed anew only where its band changed */
    for (uint32_t leaf = 0; leaf < 1u << levels; leaf++) {
        float *from = scratch;
        uint32_t length = n;
        for (uint32_t level = 1; level <= levels; level++) {
            const uint32_t band = leaf >> (levels - level), below = (1u << (levels - level)) - 1u;
            float *const to = from + 2u * length;
            if ((leaf & below) == 0) {
                const int upper = (int)(band & 1u);
                (void)part(from, length, upper ? kurtogram->high : kurtogram->low, taps, 2, upper, to);
                const uint32_t skip = taps < length / 4u ? taps : length / 4u;
                out[(1u << level) - 1u + band] = impulsiveness(to, length / 2u, skip);
                if (kurtogram->thirds && level < levels)
                    thirds_of(kurtogram, to, length / 2u, thirds + 3u * ((1u << level) - 1u + band),
                              to + 2u * (length / 2u));
            }
            from = to;
            length /= 2u;
        }
    }
    return quality;
}
