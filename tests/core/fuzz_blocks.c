/* Drives the feature and decision blocks with random configurations, signals and chunkings, under the address
 * and undefined-behaviour sanitizers. Whole and chunked runs must agree; wrong arguments must be refused. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/dsp_dct.h"
#include "motekit/dsp_log.h"
#include "motekit/dsp_logmel.h"
#include "motekit/dsp_quantize.h"
#include "motekit/post_keyword.h"

#include "fuzz.h"

static int16_t sample(uint32_t kind, uint32_t i)
{
    switch (kind) {
    case 0: return 0;
    case 1: return INT16_MIN;
    case 2: return i % 2 ? INT16_MAX : INT16_MIN;
    case 3: return (int16_t)(any(3) - 1);
    default: return (int16_t)(any(65536) - 32768);
    }
}

static void logmel_once(void)
{
    const uint16_t length = (uint16_t)(16u << any(6));
    int32_t *twiddle = malloc(sizeof(int32_t) * length * 3 / 2);
    uint16_t *reversed = malloc(sizeof(uint16_t) * length / 2);
    uint32_t bits = 0;
    while ((2u << bits) < length)
        bits++;
    for (uint32_t i = 0; i < length * 3u / 2u; i++)
        twiddle[i] = any(4) ? (int32_t)any(1u << 30) - (1 << 29) : (1 << 30);
    for (uint32_t i = 0; i < length / 2u; i++) {
        reversed[i] = 0;
        for (uint32_t b = 0; b < bits; b++)
            reversed[i] |= (uint16_t)(((i >> b) & 1u) << (bits - 1u - b));
    }
    mk_logmel_config config;
    memset(&config, 0, sizeof config);
    config.frame_length = (uint16_t)(2 + 2 * any(length / 2u));
    config.hop = (uint16_t)(1 + any(config.frame_length));
    config.bands = (uint16_t)(1 + any(20));
    config.preemphasis = (int16_t)(any(2) ? any(32768) : 0);
    int16_t *window = malloc(sizeof(int16_t) * config.frame_length);
    for (uint32_t i = 0; i < config.frame_length; i++)
        window[i] = (int16_t)any(16385);
    uint16_t *start = malloc(2u * config.bands), *count = malloc(2u * config.bands);
    uint32_t total = 0;
    for (uint32_t b = 0; b < config.bands; b++) {
        start[b] = (uint16_t)any(length / 2u);
        count[b] = (uint16_t)any(length / 2u - start[b] + 1u);
        total += count[b];
    }
    uint16_t *weights = malloc(2u * total + 2u);
    for (uint32_t i = 0; i < total; i++)
        weights[i] = (uint16_t)any(32769);
    config.fft.length = length;
    config.fft.twiddle = twiddle;
    config.fft.reversed = reversed;
    config.window = window;
    config.band_start = start;
    config.band_length = count;
    config.weights = weights;

    int16_t *history = malloc(2u * (config.frame_length + 1u));
    int32_t *scratch = malloc(4u * length);
    mk_logmel logmel;
    expect(mk_logmel_init(&logmel, &config, history, scratch) == MK_OK, "a valid configuration is accepted");
    const uint32_t n = 3u * config.frame_length + any(50);
    int16_t *signal = malloc(2u * n);
    const uint32_t kind = any(6);
    for (uint32_t i = 0; i < n; i++)
        signal[i] = sample(kind, i);
    const uint32_t most = n / config.hop + 1u;
    int16_t *whole = malloc(2u * most * config.bands), *parts = malloc(2u * most * config.bands);
    const uint32_t rows = mk_logmel_rows(&logmel, signal, n, whole);
    expect(rows <= most && rows >= 1, "the number of rows is as documented");
    mk_logmel_reset(&logmel);
    uint32_t got = 0;
    for (uint32_t i = 0; i < n;) {
        const uint32_t take = 1u + any(n - i);
        got += mk_logmel_rows(&logmel, signal + i, take, parts + got * config.bands);
        i += take;
    }
    expect(got == rows && memcmp(whole, parts, 2u * rows * config.bands) == 0, "chunks give the same rows");

    mk_logmel_config wrong = config;
    wrong.hop = 0;
    expect(mk_logmel_init(&logmel, &wrong, history, scratch) == MK_ERR_ARG, "hop 0 is refused");
    wrong = config;
    wrong.fft.length = 48;
    expect(mk_logmel_init(&logmel, &wrong, history, scratch) == MK_ERR_ARG, "FFT length 48 is refused");
    start[0] = (uint16_t)(length / 2u);
    count[0] = 1;
    expect(mk_logmel_init(&logmel, &config, history, scratch) == MK_ERR_ARG, "a band beyond the spectrum is refused");

    int16_t matrix[20 * 20], coefficients[20];
    mk_dct dct;
    for (uint32_t i = 0; i < 400; i++)
        matrix[i] = (int16_t)(any(65536) - 32768);
    expect(mk_dct_init(&dct, config.bands, (uint16_t)(1 + any(config.bands)), matrix) == MK_OK, "DCT");
    mk_dct_process(&dct, whole, coefficients);
    expect(mk_dct_init(&dct, 4, 5, matrix) == MK_ERR_ARG, "more coefficients than bands are refused");

    free(twiddle), free(reversed), free(window), free(start), free(count), free(weights);
    free(history), free(scratch), free(signal), free(whole), free(parts);
}

static void quantizer_once(void)
{
    const mk_quantizer quantizer = {(int32_t)any(32768), (int32_t)any(1u << 31) - (1 << 30), (uint8_t)any(31)};
    expect(mk_quantizer_check(&quantizer) == MK_OK, "a valid quantizer is accepted");
    int16_t in[64];
    int8_t out[64];
    for (uint32_t i = 0; i < 64; i++)
        in[i] = sample(any(6), i);
    mk_quantizer_process(&quantizer, in, out, 64);
    const mk_quantizer wrong = {40000, 0, 1};
    expect(mk_quantizer_check(&wrong) == MK_ERR_ARG, "a 17-bit multiplier is refused");
}

static void keyword_once(void)
{
    uint16_t on[8], off[8], sums[8];
    uint8_t ring[8 * MK_KEYWORD_MAX_SMOOTHING], armed[8];
    const uint16_t labels = (uint16_t)(1 + any(8));
    for (uint32_t i = 0; i < labels; i++) {
        on[i] = (uint16_t)any(65536);
        off[i] = (uint16_t)any(on[i] + 1u);
    }
    const mk_keyword_config config = {labels, (uint8_t)(1 + any(MK_KEYWORD_MAX_SMOOTHING)), (uint16_t)any(5), on, off,
                                      (uint8_t)any(2)};
    mk_keyword keyword;
    expect(mk_keyword_init(&keyword, &config, ring, sums, armed) == MK_OK, "valid thresholds are accepted");
    for (uint32_t w = 0; w < 500; w++) {
        int8_t scores[8];
        mk_keyword_event event;
        for (uint32_t i = 0; i < labels; i++)
            scores[i] = (int8_t)(any(256) - 128);
        if (mk_keyword_process(&keyword, scores, &event))
            expect(event.window == w && event.label < labels && on[event.label] > 0 &&
                       (config.odds || event.probability >= on[event.label]),
                   "an event is above its threshold");
    }
    off[0] = 2;
    on[0] = 1;
    expect(mk_keyword_init(&keyword, &config, ring, sums, armed) == MK_ERR_ARG, "off above on is refused");
}

int main(int argc, char **argv)
{
    const int rounds = argc > 1 ? atoi(argv[1]) : 100;
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 10) : 1u;
    for (int i = 0; i < rounds; i++) {
        logmel_once();
        quantizer_once();
        keyword_once();
        expect(mk_log2_q16(((uint64_t)any(0xFFFFFFFFu) << 32) | any(0xFFFFFFFFu)) <= 64 << 16, "log2 of 64 bits");
    }
    printf("%d rounds passed\n", rounds);
    return 0;
}
