/* Drives the float blocks and the images with random configurations in memory of exactly the documented size, under
 * the address and undefined-behaviour sanitizers. Any split of a stream must give the same bits; wrong arguments
 * must be refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/dsp_autocorr.h"
#include "motekit/dsp_delta.h"
#include "motekit/dsp_fill.h"
#include "motekit/dsp_frame.h"
#include "motekit/dsp_histogram.h"
#include "motekit/dsp_image.h"
#include "motekit/dsp_kurtogram.h"
#include "motekit/dsp_math.h"
#include "motekit/dsp_median.h"
#include "motekit/dsp_moments.h"
#include "motekit/dsp_order.h"
#include "motekit/dsp_picture.h"
#include "motekit/dsp_quantile.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_rfft.h"
#include "motekit/dsp_rfft_any.h"
#include "motekit/dsp_sampen.h"
#include "motekit/dsp_shape.h"
#include "motekit/dsp_sos.h"
#include "motekit/dsp_wavelet.h"

#include "fuzz.h"

/* Any bits at all, now and then: NaN, infinity, subnormal, huge. */
static float sample(uint32_t kind)
{
    switch (kind) {
    case 0: return 0.0f;
    case 1: return mk_float_from(any(0xFFFFFFFFu));
    case 2: return any(50) ? (float)any(1000) : mk_float_from(0x7FC00000u);
    case 3: return mk_float_from(any(1u << 23));
    default: return (float)any(65536) - 32768.0f;
    }
}

static float *signal_of(uint32_t n)
{
    float *x = malloc(n * sizeof *x);
    const uint32_t kind = any(7);
    for (uint32_t i = 0; i < n; i++)
        x[i] = sample(kind);
    return x;
}

static int same(const float *a, const float *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (mk_float_bits(a[i]) != mk_float_bits(b[i]) && (a[i] == a[i] || b[i] == b[i]))
            return 0;
    return 1;
}

static void filters_once(void)
{
    const uint32_t n = 1u + any(300), sections = 1u + any(5);
    float *x = signal_of(n), *whole = malloc(4u * n), *parts = malloc(4u * n);
    float *coefficients = malloc(20u * sections), *state = malloc(8u * sections);
    for (uint32_t i = 0; i < 5u * sections; i++)
        coefficients[i] = (float)any(1000) * 0.0005f;
    mk_sos sos;
    expect(mk_sos_init(&sos, coefficients, (uint8_t)sections, state) == MK_OK, "sections");
    mk_sos_process(&sos, x, whole, n);
    mk_sos_reset(&sos);
    for (uint32_t i = 0; i < n;) {
        const uint32_t take = 1u + any(n - i);
        mk_sos_process(&sos, x + i, parts + i, take);
        i += take;
    }
    expect(same(whole, parts, n), "sections: chunks");
    expect(mk_sos_init(&sos, coefficients, 0, state) == MK_ERR_ARG, "no sections");

    const uint8_t width = (uint8_t)(3u + 2u * any(31));
    float *memory = malloc(4u * MK_MEDIAN_MEMORY(width));
    mk_median median;
    expect(mk_median_init(&median, width, (float)any(4), memory) == MK_OK, "median");
    mk_median_process(&median, x, whole, n);
    expect(mk_median_init(&median, width, median.threshold, memory) == MK_OK, "median again");
    for (uint32_t i = 0; i < n; i++)
        mk_median_process(&median, x + i, parts + i, 1);
    expect(same(whole, parts, n), "median: chunks");
    expect(mk_median_init(&median, 4, 0.0f, memory) == MK_ERR_ARG, "an even width");
    (void)mk_fill_process(x, n, any(20));
    free(x), free(whole), free(parts), free(coefficients), free(state), free(memory);
}

static void resample_once(void)
{
    const uint32_t n = 1u + any(200), up = 1u + any(9), down = 1u + any(9), taps = 1u + any(20);
    float *x = signal_of(n), *phases = malloc(4u * up * taps), *history = malloc(4u * taps);
    for (uint32_t i = 0; i < up * taps; i++)
        phases[i] = (float)any(100) * 0.01f;
    const mk_resample_config config = {phases, (uint16_t)up, (uint16_t)down, (uint16_t)taps};
    mk_resample r;
    expect(mk_resample_init(&r, &config, history) == MK_OK, "resampler");
    float *whole = malloc(4u * mk_resample_size(&r, n));
    const uint32_t count = mk_resample_process(&r, x, n, whole);
    mk_resample_reset(&r);
    uint32_t got = 0;
    for (uint32_t i = 0; i < n;) {
        const uint32_t take = 1u + any(n - i);
        float *part = malloc(4u * mk_resample_size(&r, take));
        const uint32_t here = mk_resample_process(&r, x + i, take, part);
        expect(got + here <= count && same(part, whole + got, here), "resampler: chunks");
        got += here;
        i += take;
        free(part);
    }
    expect(got == count, "resampler: count");
    free(x), free(phases), free(history), free(whole);
}

static void spectra_once(void)
{
    static const uint16_t lengths[] = {2, 3, 5, 12, 15, 45, 50, 64, 125, 128, 300};
    const uint32_t length = lengths[any(sizeof lengths / sizeof lengths[0])], bins = length / 2u + 1u;
    float *x = signal_of(length), *twiddle = malloc(8u * length);
    for (uint32_t i = 0; i < 2u * length; i++)
        twiddle[i] = (float)any(2000) * 0.001f - 1.0f;
    float *scratch = malloc(4u * MK_RFFT_ANY_SCRATCH(length)), *out = malloc(8u * bins);
    mk_rfft_any fft;
    expect(mk_rfft_any_init(&fft, (uint16_t)length, twiddle) == MK_OK, "FFT");
    mk_rfft_any_process(&fft, x, out, scratch);
    expect(mk_rfft_any_init(&fft, 14, twiddle) == MK_ERR_ARG, "FFT of 14");

    mk_shape shape;
    if (bins >= 2)
        (void)mk_shape_process(out, bins, 1.0f, 0.85f, &shape);
    const uint32_t most = any(6);
    float *peaks = malloc(8u * most + 1u);
    expect(mk_shape_peaks(out, bins, most, peaks) <= most, "peaks");

    const uint16_t power = (uint16_t)(16u << any(5));
    float *y = signal_of(power), *table = malloc(4u * power * 3u / 2u), *z = malloc(4u * power);
    uint16_t *order = malloc(power);
    const uint32_t groups = (power / 2u) & 0x55555555u ? power / 8u : power / 4u;
    for (uint32_t i = 0; i < power * 3u / 2u; i++)
        table[i] = (float)any(2000) * 0.001f - 1.0f;
    for (uint32_t i = 0; i < groups; i++)
        order[i] = (uint16_t)any(groups); /* below a quarter or half of the points, as bit reversal gives */
    mk_rfft fast;
    expect(mk_rfft_init(&fast, power, table, order) == MK_OK, "FFT of a power of two");
    mk_rfft_process(&fast, y, z);
    expect(mk_rfft_init(&fast, 48, table, order) == MK_ERR_ARG, "FFT of 48");
    free(x), free(twiddle), free(scratch), free(out), free(peaks), free(y), free(table), free(z), free(order);
}

static void windows_once(void)
{
    const uint32_t n = 2u + any(200), lags = 1u + any(n);
    float *x = signal_of(n), *r = malloc(4u * lags), *scratch = malloc(4u * n), bins[7], entropy;
    mk_moments moments;
    const mk_quality quality = mk_moments_process(x, n, &moments);
    expect((moments.kurtosis == moments.kurtosis) == !(quality & MK_QUALITY_NONFINITE), "moments say when they fail");
    (void)mk_autocorr_process(x, n, r, lags, scratch);
    (void)mk_autocorr_first_peak(r, lags, 0.1f);
    const mk_histogram histogram = {-5.0f, 500.0f, 7};
    expect(mk_histogram_check(&histogram) == MK_OK, "histogram");
    (void)mk_histogram_process(&histogram, x, n, bins);
    (void)mk_sampen_process(x, n, (uint8_t)(1u + any(8)), 1.0f, &entropy);

    const uint8_t levels = (uint8_t)(1u + any(5)), taps = (uint8_t)(2u + any(MK_WAVELET_TAPS - 1u));
    float *filter = malloc(8u * taps), *energies = malloc(4u * (levels + 1u));
    float *memory = malloc(4u * MK_WAVELET_SCRATCH(n, levels));
    for (uint32_t i = 0; i < 2u * taps; i++)
        filter[i] = (float)any(100) * 0.01f;
    const mk_wavelet wavelet = {filter, filter + taps, taps, levels};
    expect(mk_wavelet_check(&wavelet) == MK_OK, "wavelet");
    mk_wavelet_energies(&wavelet, x, n, energies, memory);

    const mk_kurtogram kurtogram = {filter, filter, (uint8_t)(taps / 2u ? taps / 2u : 1u), (uint8_t)(1u + any(3)), (uint8_t)(taps / 3u), taps >= 3u && any(2) ? filter : 0};
    if (mk_kurtogram_check(&kurtogram, n) == MK_OK) {
        float *tree = malloc(4u * (MK_KURTOGRAM_SIZE(kurtogram.levels) + MK_KURTOGRAM_THIRDS(kurtogram.levels)));
        float *bands = malloc(4u * MK_KURTOGRAM_SCRATCH(n));
        (void)mk_kurtogram_process(&kurtogram, x, n, tree, bands);
        free(tree), free(bands);
    }

    float *turns = signal_of(n);
    mk_order order;
    mk_quality flags;
    expect(mk_order_init(&order, (uint16_t)(1u + any(100))) == MK_OK, "orders");
    const uint32_t size = mk_order_size(&order, turns, n);
    float *turned = malloc(4u * size);
    expect(mk_order_process(&order, x, turns, n, turned, &flags) <= size, "orders: size");

    mk_sort(x, n);
    for (uint32_t i = 1; i < n; i++)
        expect(!(x[i - 1u] > x[i]) && (x[i - 1u] == x[i - 1u] || x[i] != x[i]), "sorted, NaN last");
    free(x), free(r), free(scratch), free(filter), free(energies), free(memory), free(turns), free(turned);
}

static void frames_once(void)
{
    const uint16_t length = (uint16_t)(1u + any(40));
    const mk_frame_config config = {length, (uint16_t)(1u + any(length)), (uint8_t)(1u + any(4)), -1e9f, 1e9f};
    const uint32_t n = any(300);
    float *x = signal_of(n * config.channels + 1u), *memory = malloc(4u * length * config.channels);
    mk_frame frame;
    mk_quality quality;
    expect(mk_frame_init(&frame, &config, memory) == MK_OK, "frames");
    mk_frame_gap(&frame, any(50));
    const uint32_t lost = frame.lost;
    uint32_t windows = 0, left = n, taken = 0;
    const float *at = x;
    while (taken < n || left) {
        uint32_t count = any(left + 1u);
        const uint32_t before = count;
        while (mk_frame_next(&frame, &at, &count, &quality))
            windows++;
        expect(count == 0, "frames take everything");
        taken += before;
        left -= before;
    }
    const uint32_t all = n + lost;
    uint32_t count = 0;
    while (mk_frame_next(&frame, &at, &count, &quality))
        windows++;
    expect(windows == (all < length ? 0u : (all - length) / config.hop + 1u), "number of windows");
    free(x), free(memory);

    int16_t *ring = malloc(2u * 5u * 3u), row[3] = {1, 2, 3}, out[3];
    mk_delta delta;
    expect(mk_delta_init(&delta, 3, 2, ring) == MK_OK && mk_delta_end(&delta, out) == 0, "deltas");
    for (uint32_t i = 0; i < any(9); i++)
        (void)mk_delta_next(&delta, row, out);
    free(ring);
}

static void images_once(void)
{
    const uint16_t width = (uint16_t)(1u + any(40)), height = (uint16_t)(1u + any(40));
    const uint16_t ow = (uint16_t)(1u + any(50)), oh = (uint16_t)(1u + any(50));
    uint8_t *pixels = malloc((size_t)width * height), *small = malloc((size_t)ow * oh);
    for (uint32_t i = 0; i < (uint32_t)width * height; i++)
        pixels[i] = (uint8_t)any(256);
    const mk_image image = {pixels, width, height, width}, out = {small, ow, oh, ow};
    expect(mk_image_check(&image) == MK_OK && mk_image_check(&out) == MK_OK, "images");
    mk_image_area(&image, &out);
    mk_image_bilinear(&image, &out);
    mk_image part;
    const uint16_t x = (uint16_t)any(width), y = (uint16_t)any(height);
    expect(mk_image_crop(&image, x, y, (uint16_t)(width - x), (uint16_t)(height - y), &part) == MK_OK, "crop");
    expect(mk_image_crop(&image, x, y, (uint16_t)(width - x + 1), 1, &part) == MK_ERR_ARG, "crop outside");
    mk_image_area(&part, &out);
    mk_image_bilinear(&part, &out);
    uint32_t counts[256];
    (void)mk_image_equalise(&part, &part, counts);
    float *normal = malloc(4u * width * height);
    (void)mk_image_normalise(&part, normal);
    uint32_t *sums = malloc(4u * (width + 1u) * (height + 1u));
    mk_integral_process(&image, sums);
    (void)mk_integral_box(sums, width, 0, 0, width, height);
    (void)mk_motion_process(&image, &image, 3);
    free(pixels), free(small), free(normal), free(sums);
}

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 100;
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 10) : 1u;
    for (int i = 0; i < rounds; i++) {
        filters_once();
        resample_once();
        spectra_once();
        windows_once();
        frames_once();
        images_once();
    }
    printf("%d rounds passed\n", rounds);
    return 0;
}
