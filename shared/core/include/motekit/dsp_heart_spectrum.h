/* What the spectrum of a pulse wave's window says about every heart rate.
 *
 * rho(f) is the share of the power between band_low and band_high that a sinusoid at f explains, by the peak of
 * the window's lobe there; evidence is the likelihood ratio of a rate f with a second harmonic against noise of one
 * level: -strength / 2 ln(1 - rho(f) - harmonic rho(2 f)).
 *
 *   window    float32[length], weighted already (Hann); length <= fft.length; it may be the scratch's start
 *   evidence  float32[states], natural logarithms; mk_heart_spectrum_add adds this window's
 *   scratch   float32[2 fft.length]
 *   lobe      power of a weighted sinusoid in all its bins / in its highest: 1.5 fft.length / length for Hann
 *   strength  independent values in a window: fewer than its samples, because noise is coloured
 *
 * mk_heart_mix weighs several such evidences of one window, as experts of equal trust: each is made to sum to 1
 * over the rates as a probability, and their sum, started at 0, is collected in mixture float32[states];
 * mk_heart_mixed is its logarithm. Quality: EMPTY, and nothing added, where there is no power in the band.
 * Cost: the FFT, and about 60 a state. Source: the generalised likelihood ratio of a sinusoid in noise, Kay,
 * Fundamentals of Statistical Signal Processing II, 7.6; Jacobs et al., Adaptive Mixtures of Local Experts, 1991.
 */
#ifndef MOTEKIT_DSP_HEART_SPECTRUM_H
#define MOTEKIT_DSP_HEART_SPECTRUM_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/dsp_rfft.h"
#include "motekit/status.h"

typedef struct {
    mk_rfft fft;
    uint16_t length, states;
    uint16_t band_low, band_high; /* FFT bins, both within the band; 0 and the last do not count */
    float first, step;            /* rates' fundamentals, in FFT bins; twice the last below fft.length / 2 - 1 */
    float lobe, harmonic, strength;
} mk_heart_spectrum;

mk_status mk_heart_spectrum_check(const mk_heart_spectrum *spectrum);
mk_quality mk_heart_spectrum_add(const mk_heart_spectrum *spectrum, const float *window, float *evidence,
                                 float *scratch);
void mk_heart_mix(const float *evidence, uint32_t states, float *mixture);
void mk_heart_mixed(float *mixture, uint32_t states);

#endif
