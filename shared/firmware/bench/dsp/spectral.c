#include <string.h>

#include "cases.h"
#include "motekit/dsp_cepstrum.h"
#include "motekit/dsp_envelope.h"
#include "motekit/dsp_kurtogram.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_order.h"
#include "motekit/dsp_rfft.h"
#include "motekit/dsp_rfft_any.h"
#include "motekit/dsp_shape.h"
#include "motekit/dsp_spectrogram.h"
#include "motekit/dsp_spectrum.h"
#include "motekit/dsp_wavelet.h"
#include "tables.h"

static mk_rfft fft512;

static mk_status prepare_fft(void)
{
    return mk_rfft_init(&fft512, 512, fft512_twiddle, fft512_order);
}

static uint32_t run_fft(const float *x)
{
    mk_rfft_process(&fft512, x, case_out);
    return 512;
}

static mk_rfft_any fft125, fft500;

static mk_status prepare_any(void)
{
    if (mk_rfft_any_init(&fft125, 125, any125_twiddle) != MK_OK)
        return MK_ERR_ARG;
    return mk_rfft_any_init(&fft500, 500, any500_twiddle);
}

static uint32_t run_any(const float *x)
{
    mk_rfft_any_process(&fft125, x, case_out, case_memory);
    mk_rfft_any_process(&fft500, x, case_out + 126, case_memory);
    return 126 + 502;
}

static const mk_spectrum_config spectrum128 = {
    {128, fft128_twiddle, fft128_order}, 125, MK_SPECTRUM_KEEP, 0, 1.0f, hann125};
static mk_spectrum spectrum;

static mk_status prepare_spectrum(void)
{
    return mk_spectrum_init(&spectrum, &spectrum128, case_memory);
}

static uint32_t run_spectrum(const float *x)
{
    const mk_quality quality = mk_spectrum_process(&spectrum, x, case_out);
    return with_quality(65, quality);
}

/* The activity features: RMS, skewness, kurtosis and a 128-point log spectrum of three axes. */
static uint32_t run_activity(const float *x)
{
    float *out = case_out;
    for (uint32_t axis = 0; axis < 3; axis++, x += 125, out += 68) {
        mk_moments moments;
        (void)mk_moments_process(x, 125, &moments);
        out[0] = moments.rms;
        out[1] = moments.skewness;
        out[2] = moments.kurtosis;
        (void)mk_spectrum_process(&spectrum, x, out + 3);
        mk_spectrum_log(out + 3, out + 3, 65);
    }
    return 3 * 68;
}

static const mk_frame_config frame_config = {125, 50, 1, -32768.0f, 32767.0f};
static mk_frame frame;
static mk_spectrogram spectrogram;

static mk_status prepare_spectrogram(void)
{
    float *const history = case_memory + MK_SPECTRUM_SCRATCH(128), *const sum = history + 125;
    if (prepare_spectrum() != MK_OK || mk_frame_init(&frame, &frame_config, history) != MK_OK)
        return MK_ERR_ARG;
    return mk_spectrogram_init(&spectrogram, &frame, &spectrum, sum);
}

static uint32_t run_spectrogram(const float *x)
{
    uint32_t count = CASE_LENGTH, words = 65;
    mk_quality quality;
    while (mk_spectrogram_next(&spectrogram, &x, &count, case_out + words, &quality))
        words = with_quality(words + 65u, quality);
    return with_quality(words, mk_spectrogram_mean(&spectrogram, case_out));
}

static const uint16_t band_start[] = {0, 5, 20}, band_count[] = {5, 15, 45};
static const mk_bands bands = {band_start, band_count, 3, 1};

/* The shape, bands, peaks and cepstrum of a spectrum, without the spectrum itself. */
static uint32_t run_shape(const float *x)
{
    mk_shape shape;
    uint32_t quality;
    for (uint32_t k = 0; k < 65; k++)
        case_memory[k] = x[k] * x[k];
    quality = mk_shape_process(case_memory, 65, 0.5f, 0.85f, &shape);
    memcpy(case_out, &shape, sizeof shape);
    quality |= mk_bands_process(&bands, case_memory, 65, case_out + 6);
    case_out[9] = (float)mk_shape_peaks(case_memory, 65, 4, case_out + 10);
    return with_quality(18, quality);
}

static mk_rfft fft128;

static mk_status prepare_cepstrum(void)
{
    return mk_rfft_init(&fft128, 128, fft128_twiddle, fft128_order);
}

static uint32_t run_cepstrum(const float *x)
{
    for (uint32_t k = 0; k < 65; k++)
        case_memory[k] = x[k] * x[k];
    mk_cepstrum_process(&fft128, case_memory, case_out, case_memory + 65);
    return 65;
}

static const mk_resample_config hilbert_config = {hilbert_taps, 1, 1, 65};
static mk_envelope envelope;

static mk_status prepare_envelope(void)
{
    return mk_envelope_init(&envelope, &hilbert_config, case_memory);
}

static uint32_t run_envelope(const float *x)
{
    mk_envelope_process(&envelope, x, case_out, CASE_LENGTH);
    mk_rectify(x, case_out + CASE_LENGTH, CASE_LENGTH);
    return 2 * CASE_LENGTH;
}

static const mk_wavelet wavelet = {db4_low, db4_high, 8, 5};

static mk_status prepare_wavelet(void)
{
    return mk_wavelet_check(&wavelet);
}

static uint32_t run_wavelet(const float *x)
{
    mk_wavelet_energies(&wavelet, x, CASE_LENGTH, case_out, case_memory);
    return 6;
}

static mk_order order;

static mk_status prepare_order(void)
{
    for (uint32_t i = 0; i < CASE_LENGTH; i++)
        case_memory[i] = 0.01f + 0.00001f * (float)i;
    return mk_order_init(&order, 64);
}

static uint32_t run_order(const float *x)
{
    mk_quality quality;
    const uint32_t count = mk_order_process(&order, x, case_memory, CASE_LENGTH, case_out, &quality);
    return with_quality(count, quality);
}

static const mk_kurtogram kurtogram = {kurtogram_low, kurtogram_high, 16, 4, 24, kurtogram_thirds};

static mk_status prepare_kurtogram(void)
{
    return mk_kurtogram_check(&kurtogram, CASE_LENGTH);
}

static uint32_t run_kurtogram(const float *x)
{
    const mk_quality quality = mk_kurtogram_process(&kurtogram, x, CASE_LENGTH, case_out, case_memory);
    return with_quality(MK_KURTOGRAM_SIZE(4) + MK_KURTOGRAM_THIRDS(4), quality);
}

const bench_case spectral_cases[] = {
    {"rfft_512", 512 * 4, prepare_fft, run_fft},
    {"rfft_any_125_500", MK_RFFT_ANY_SCRATCH(500) * 4, prepare_any, run_any},
    {"spectrum_128", MK_SPECTRUM_SCRATCH(128) * 4, prepare_spectrum, run_spectrum},
    {"activity_3x125", MK_SPECTRUM_SCRATCH(128) * 4, prepare_spectrum, run_activity},
    {"spectrogram_18x128", (MK_SPECTRUM_SCRATCH(128) + 125 + 65) * 4, prepare_spectrogram, run_spectrogram},
    {"shape_65", 0, 0, run_shape},
    {"cepstrum_128", 2 * 128 * 4, prepare_cepstrum, run_cepstrum},
    {"envelope_65x1000", 65 * 4, prepare_envelope, run_envelope},
    {"wavelet_db4_5x1000", MK_WAVELET_SCRATCH(1000, 5) * 4, prepare_wavelet, run_wavelet},
    {"order_1000", 0, prepare_order, run_order},
    {"kurtogram_4x1000", MK_KURTOGRAM_SCRATCH(1000) * 4, prepare_kurtogram, run_kurtogram},
    {0, 0, 0, 0},
};
