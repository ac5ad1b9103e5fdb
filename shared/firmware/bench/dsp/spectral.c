#include <string.h>

#include "cases.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_rfft.h"
#include "motekit/dsp_spectrum.h"
#include "tables.h"

static mk_rfft fft512;
static const mk_spectrum_config spectrum128 = {
    {128, fft128_twiddle, fft128_order}, 125, MK_SPECTRUM_KEEP, 0, 1.0f, hann125};
static mk_spectrum spectrum;

static mk_status prepare_fft(void)
{
    return mk_rfft_init(&fft512, 512, fft512_twiddle, fft512_order);
}

static uint32_t run_fft(const float *x)
{
    mk_rfft_process(&fft512, x, case_out);
    return 512;
}

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

const bench_case spectral_cases[] = {
    {"rfft_512", 512 * 4, prepare_fft, run_fft},
    {"spectrum_128", MK_SPECTRUM_SCRATCH(128) * 4, prepare_spectrum, run_spectrum},
    {"activity_3x125", MK_SPECTRUM_SCRATCH(128) * 4, prepare_spectrum, run_activity},
    {0, 0, 0, 0},
};
