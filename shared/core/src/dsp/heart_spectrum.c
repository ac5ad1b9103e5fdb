#include "motekit/dsp_heart_spectrum.h"

#include "motekit/dsp_math.h"

/* one rate explains at most this share: beyond it the logarithm tells more of rounding than of the heart */
#define MOST 0.98f
/* what an expert leaves of belief anywhere is a normal number */
#define LEAST (-60.0f)

mk_status mk_heart_spectrum_check(const mk_heart_spectrum *spectrum)
{
    if (!spectrum || !spectrum->fft.twiddle || !spectrum->fft.order)
        return MK_ERR_ARG;
    const uint32_t half = spectrum->fft.length / 2u;
    const float last = spectrum->first + spectrum->step * (float)(spectrum->states - 1u);
    if (spectrum->length < 2 || spectrum->length > spectrum->fft.length || spectrum->states == 0 ||
        spectrum->band_low > spectrum->band_high || spectrum->band_high > half || !(spectrum->first >= 1.0f) ||
        !(spectrum->step > 0.0f) || !(2.0f * last < (float)half - 1.0f) || !(spectrum->lobe > 0.0f) ||
        !(spectrum->harmonic >= 0.0f && spectrum->harmonic <= 1.0f) ||
        !(spectrum->strength > 0.0f && spectrum->strength <= 1000.0f))
        return MK_ERR_ARG;
    return MK_OK;
}

/* Magnitude of each bin, in place of the spectrum; returns the power in the band. */
static float magnitudes(float *spectrum, uint32_t length, uint32_t low, uint32_t high)
{
    const float last = mk_abs(spectrum[1]);
    float total = 0.0f;
    spectrum[0] = mk_abs(spectrum[0]);
    for (uint32_t i = 1; i < length / 2u; i++) {
        const float re = spectrum[2u * i], im = spectrum[2u * i + 1u];
        const float power = mk_add_product(re * re, im, im);
        if (i >= low && i <= high)
            total += power;
        spectrum[i] = mk_sqrt(power);
    }
    spectrum[length / 2u] = last;
    return total;
}

/* Power between bins: a parabola through the magnitudes of the nearest and its neighbours. */
static float power_at(const float *magnitude, float place)
{
    const uint32_t i = (uint32_t)(place + 0.5f);
    const float e = place - (float)i, before = magnitude[i - 1u], middle = magnitude[i];
    const float after = magnitude[i + 1u];
    const float value = middle + 0.5f * e * (after - before) + 0.5f * e * e * (before - 2.0f * middle + after);
    return value > 0.0f ? value * value : 0.0f;
}

mk_quality mk_heart_spectrum_add(const mk_heart_spectrum *spectrum, const float *window, float *evidence,
                                 float *scratch)
{
    const uint32_t length = spectrum->fft.length;
    float *const padded = scratch, *const magnitude = scratch + length;
    for (uint32_t i = 0; i < length; i++)
        padded[i] = i < spectrum->length ? window[i] : 0.0f;
    mk_rfft_process(&spectrum->fft, padded, magnitude);
    const float total = magnitudes(magnitude, length, spectrum->band_low, spectrum->band_high);
    if (!(total > 0.0f) || !mk_is_finite(total))
        return MK_QUALITY_EMPTY;
    const float share = mk_div(spectrum->lobe, total), weight = -0.5f * spectrum->strength;
    for (uint32_t i = 0; i < spectrum->states; i++) {
        const float place = spectrum->first + spectrum->step * (float)i;
        const float explained =
            mk_add_product(power_at(magnitude, place), spectrum->harmonic, power_at(magnitude, 2.0f * place)) * share;
        evidence[i] += weight * mk_ln(1.0f - (explained < MOST ? explained : MOST));
    }
    return 0;
}

void mk_heart_mix(const float *evidence, uint32_t states, float *mixture)
{
    float best = evidence[0], total = 0.0f;
    for (uint32_t i = 1; i < states; i++)
        if (evidence[i] > best)
            best = evidence[i];
    for (uint32_t i = 0; i < states; i++)
        total += mk_exp(evidence[i] - best);
    const float log_total = mk_ln(total);
    for (uint32_t i = 0; i < states; i++) {
        const float value = evidence[i] - best - log_total;
        mixture[i] += mk_exp(value > LEAST ? value : LEAST);
    }
}

void mk_heart_mixed(float *mixture, uint32_t states)
{
    for (uint32_t i = 0; i < states; i++)
        mixture[i] = mk_ln(mixture[i]);
}
