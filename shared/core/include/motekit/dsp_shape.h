/* Shape of a power spectrum: where its energy lies and how evenly.
 *
 *   power     float32[bins], not negative, bins at least 2; bin k lies at k * bin_hz
 *   centroid  mean frequency weighted by power, Hz; spread: deviation about it, Hz
 *   rolloff   centre of the first bin at which the power summed from below reaches `share` of all, Hz
 *   flatness  geometric by arithmetic mean, 0 (tone) to 1 (white); powers below FLT_MIN count as that
 *   entropy   of the power as a distribution, by ln(bins): 0 (one bin) to 1 (even)
 *
 * No power at all gives zeros and FLAT. Source: Peeters, A large set of audio features, 2004; Shannon 1948.
 */
#ifndef MOTEKIT_DSP_SHAPE_H
#define MOTEKIT_DSP_SHAPE_H

#include <stdint.h>

#include "motekit/dsp_quality.h"

typedef struct {
    float total, centroid, spread, rolloff, flatness, entropy;
} mk_shape;

mk_quality mk_shape_process(const float *power, uint32_t bins, float bin_hz, float share, mk_shape *out);

/* Power in bands: out[b] = sum of count[b] bins from start[b]; by the spectrum's whole power if relative. */
typedef struct {
    const uint16_t *start, *count;
    uint16_t bands;
    uint8_t relative;
} mk_bands;

mk_quality mk_bands_process(const mk_bands *bands, const float *power, uint32_t bins, float *out);

/* Highest local maxima of a spectrum, highest first; place and height by a parabola through the logarithms.
 * peaks float32[most][2]: place in bins, power. Returns how many there are; the rest is 0. */
uint32_t mk_shape_peaks(const float *power, uint32_t bins, uint32_t most, float *peaks);

#endif
