/* The features of a window, as an app.toml declares them: a list of blocks, each writing its values after the last.
 *
 *   frames    float32[length][channels], one window (dsp_frame.h)
 *   out       float32[width], width the sum of the features' widths
 *   scratch   float32[config->scratch + config->state]: at least length and what the blocks need (motekit.dsp.features
 *             says), then what they remember from window to window; mk_features_reset makes them forget
 *   channel   which channel a block looks at, or MK_FEATURE_MAGNITUDE: the norm of all of them
 *
 * A block that a firmware does not list is not linked into it: the list holds pointers to the blocks.
 * The flags of all blocks together are returned.
 */
#ifndef MOTEKIT_DSP_FEATURES_H
#define MOTEKIT_DSP_FEATURES_H

#include <stdint.h>

#include "motekit/dsp_histogram.h"
#include "motekit/dsp_kurtogram.h"
#include "motekit/dsp_quality.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_shape.h"
#include "motekit/dsp_spectrum.h"
#include "motekit/dsp_wavelet.h"
#include "motekit/status.h"

#define MK_FEATURE_MAGNITUDE 255

/* What a block sees of a window: x is its channel, float32[length], frames all of them. */
typedef struct {
    const float *x, *frames;
    float *state; /* the block's own, all 0 after a reset */
    uint16_t length;
    uint8_t channels;
} mk_window;

typedef struct mk_feature {
    mk_quality (*run)(const struct mk_feature *feature, const mk_window *window, float *out, float *scratch);
    const void *config; /* of the type that the block names below, or in dsp_features_<field>.h */
    uint16_t width;
    uint16_t state; /* floats that it remembers */
    uint8_t channel;
} mk_feature;

typedef struct {
    const mk_feature *features;
    uint32_t scratch;
    uint32_t state; /* of all features together */
    uint16_t count, length;
    uint8_t channels;
    uint8_t detrend; /* 1: each channel loses its least-squares line before a block sees it; `frames` do not */
    float floor;     /* above 0: and is divided by its deviation, at least this (dsp_normalise.h) */
} mk_features_config;

mk_status mk_features_check(const mk_features_config *config);
/* Before the first window, and whenever what the blocks remember is no longer true. */
void mk_features_reset(const mk_features_config *config, float *scratch);
mk_quality mk_features_process(const mk_features_config *config, const float *frames, float *out, float *scratch);

/* width values: 0 to 11 are those of mk_moments in its order, then */
#define MK_VALUE_ZERO_CROSSINGS 12           /* crossings of 0 a sample */
#define MK_VALUE_MEAN_CROSSINGS 13           /* crossings of the mean a sample */
#define MK_VALUE_MEAN_ABSOLUTE_DIFFERENCE 14 /* of neighbours */
#define MK_VALUE_RMS_DIFFERENCE 15
#define MK_VALUE_SLOPE 16 /* of the least-squares line, a sample */

/* config: const uint8_t *, the numbers of the values */
mk_quality mk_feature_statistics(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Quantiles; config: const float *, the shares. Scratch: length. */
mk_quality mk_feature_quantiles(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Power spectrum, its bands or its shape. Scratch: MK_SPECTRUM_SCRATCH(fft.length) + bins. */
typedef struct {
    mk_spectrum_config spectrum; /* frame_length is the window's length */
    mk_bands bands;              /* with bands.bands 0 all bins */
    uint8_t log;                 /* natural logarithm of each value, at least ln(FLT_MIN) */
    float bin_hz, share;         /* for the shape */
} mk_feature_spectrum_config;

mk_quality mk_feature_spectrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch);
/* Six values: those of mk_shape in its order. */
mk_quality mk_feature_shape(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Lag in samples and height of the autocorrelation's first peak. Scratch: length + lags. */
typedef struct {
    uint16_t lags;
    float least;
} mk_feature_period_config;

mk_quality mk_feature_period(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Correlation of the channel with each other channel of a list: config const uint8_t *, width of them. */
mk_quality mk_feature_correlation(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Wavelet energies by level; config: mk_wavelet. Scratch: MK_WAVELET_SCRATCH(length, levels). */
mk_quality mk_feature_wavelet(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Autocorrelation at some lags: at[width], rising, the last below `lags`. Scratch: length + lags. */
typedef struct {
    const uint16_t *at;
    uint16_t lags;
} mk_feature_autocorrelation_config;

mk_quality mk_feature_autocorrelation(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Shares of the samples in equal bins; config: mk_histogram of `width` bins. */
mk_quality mk_feature_histogram(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Sample entropy with a radius in the unit, or in the window's deviations if relative. */
typedef struct {
    float radius;
    uint8_t m, relative;
} mk_feature_sampen_config;

mk_quality mk_feature_sampen(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Cepstrum at quefrencies first to first + width - 1. Scratch: MK_SPECTRUM_SCRATCH + 2 bins. */
typedef struct {
    mk_feature_spectrum_config power;
    uint16_t first;
} mk_feature_cepstrum_config;

mk_quality mk_feature_cepstrum(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* The width / 2 highest peaks: frequency in Hz and power of each. Scratch: MK_SPECTRUM_SCRATCH + bins. */
mk_quality mk_feature_peaks(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Spectra of frames of the window, one every `hop`: their mean (Welch), or each after the other if rows is not 0.
 * Scratch: MK_SPECTRUM_SCRATCH + 2 bins. */
typedef struct {
    mk_feature_spectrum_config power; /* of one frame */
    uint16_t hop, rows;
} mk_feature_welch_config;

mk_quality mk_feature_welch(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Spectrum of the envelope of a band: band-pass, Hilbert transformer, decimator, all from rest and without their first
 * `skip` frames. Scratch: 2 length + taps of both filters + 2 sections, then as mk_feature_spectrum. */
typedef struct {
    const float *coeffs;
    uint8_t sections;
    uint16_t skip;
    mk_resample_config hilbert, decimator;
    mk_feature_spectrum_config power; /* frame_length: (length - skip) / decimator.down, rounded up */
} mk_feature_envelope_config;

mk_quality mk_feature_envelope_spectrum(const mk_feature *feature, const mk_window *window, float *out,
                                        float *scratch);

/* The kurtogram's highest value, and centre and width of its band in Hz.
 * Scratch: MK_KURTOGRAM_SIZE(levels), MK_KURTOGRAM_THIRDS(levels) with thirds, and MK_KURTOGRAM_SCRATCH(length). */
typedef struct {
    mk_kurtogram tree;
    float rate;
} mk_feature_kurtogram_config;

mk_quality mk_feature_kurtogram(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* The window itself, every so many samples; config const uint16_t *: how many. */
mk_quality mk_feature_samples(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

#endif
