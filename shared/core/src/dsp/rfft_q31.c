#include "motekit/dsp_rfft_q31.h"

#include "motekit/dsp_fixed.h"

mk_status mk_rfft_q31_init(mk_rfft_q31 *fft, uint16_t length, const int32_t *twiddle, const uint16_t *reversed)
{
    if (!fft || !twiddle || !reversed || length < 16 || length > 4096 || (length & (length - 1u)) != 0)
        return MK_ERR_ARG;
    *fft = (mk_rfft_q31){length, twiddle, reversed};
    return MK_OK;
}

/* First stage: four inputs each, no twiddles. Inputs lie in bit-reversed order, hence the middle two swap. */
static void first_radix4(int32_t *data, uint32_t points)
{
    for (int32_t *x = data; x < data + 2u * points; x += 8) {
        const int32_t ar = x[0] >> 2, ai = x[1] >> 2, br = x[2] >> 2, bi = x[3] >> 2;
        const int32_t cr = x[4] >> 2, ci = x[5] >> 2, dr = x[6] >> 2, di = x[7] >> 2;
        const int32_t sum_r = ar + br, sum_i = ai + bi, dif_r = ar - br, dif_i = ai - bi;
        const int32_t odd_r = cr + dr, odd_i = ci + di, rot_r = cr - dr, rot_i = ci - di;
        x[0] = sum_r + odd_r;
        x[1] = sum_i + odd_i;
        x[2] = dif_r + rot_i;
        x[3] = dif_i - rot_r;
        x[4] = sum_r - odd_r;
        x[5] = sum_i - odd_i;
        x[6] = dif_r - rot_i;
        x[7] = dif_i + rot_r;
    }
}

static void first_radix2(int32_t *data, uint32_t points)
{
    for (int32_t *x = data; x < data + 2u * points; x += 4) {
        const int32_t ar = x[0] >> 1, ai = x[1] >> 1, br = x[2] >> 1, bi = x[3] >> 1;
        x[0] = ar + br;
        x[1] = ai + bi;
        x[2] = ar - br;
        x[3] = ai - bi;
    }
}

/* One radix-4 stage over groups of 4 * quarter points. Twiddles are Q30, so the upper half of each
 * product is already a quarter of it: the scaling of the stage costs nothing. */
static void radix4(int32_t *data, uint32_t points, uint32_t quarter, const int32_t *twiddle, uint32_t step)
{
    const uint32_t leg = 2u * quarter;
    const int32_t *w1 = twiddle, *w2 = twiddle, *w3 = twiddle;
    for (uint32_t k = 0; k < quarter; k++) {
        const int32_t c1 = w1[0], s1 = w1[1], c2 = w2[0], s2 = w2[1], c3 = w3[0], s3 = w3[1];
        for (int32_t *x = data + 2u * k; x < data + 2u * points; x += 4u * leg) {
            int32_t *const x1 = x + leg, *const x2 = x1 + leg, *const x3 = x2 + leg;
            const int32_t ar = x[0] >> 2, ai = x[1] >> 2;
            const int32_t br = mk_mul_high(x1[0], c2) + mk_mul_high(x1[1], s2);
            const int32_t bi = mk_mul_high(x1[1], c2) - mk_mul_high(x1[0], s2);
            const int32_t cr = mk_mul_high(x2[0], c1) + mk_mul_high(x2[1], s1);
            const int32_t ci = mk_mul_high(x2[1], c1) - mk_mul_high(x2[0], s1);
            const int32_t dr = mk_mul_high(x3[0], c3) + mk_mul_high(x3[1], s3);
            const int32_t di = mk_mul_high(x3[1], c3) - mk_mul_high(x3[0], s3);
            const int32_t sum_r = ar + br, sum_i = ai + bi, dif_r = ar - br, dif_i = ai - bi;
            const int32_t odd_r = cr + dr, odd_i = ci + di, rot_r = cr - dr, rot_i = ci - di;
            x[0] = sum_r + odd_r;
            x[1] = sum_i + odd_i;
            x1[0] = dif_r + rot_i;
            x1[1] = dif_i - rot_r;
            x2[0] = sum_r - odd_r;
            x2[1] = sum_i - odd_i;
            x3[0] = dif_r - rot_i;
            x3[1] = dif_i + rot_r;
        }
        w1 += 2u * step;
        w2 += 4u * step;
        w3 += 6u * step;
    }
}

/* Z[k], the transform of the even samples plus j times the odd ones, to X[k] / 2; returns the bits in use. */
static uint32_t split(int32_t *data, uint32_t points, const int32_t *twiddle)
{
    const int32_t even = data[0] >> 1, odd = data[1] >> 1;
    data[0] = even + odd;
    data[1] = even - odd;
    int32_t bits = mk_magnitude_bits(data[0]) | mk_magnitude_bits(data[1]);
    int32_t *low = data + 2, *high = data + 2u * points - 2u;
    for (const int32_t *w = twiddle + 2; low <= high; low += 2, high -= 2, w += 2) {
        const int32_t er = (low[0] >> 2) + (high[0] >> 2), ei = (low[1] >> 2) - (high[1] >> 2);
        /* halves of the odd part, so that the Q30 twiddle's division by four leaves a quarter */
        const int32_t or_ = (low[1] >> 1) + (high[1] >> 1), oi = (high[0] >> 1) - (low[0] >> 1);
        const int32_t tr = (mk_mul_high(or_, w[0]) + mk_mul_high(oi, w[1])) * 2;
        const int32_t ti = (mk_mul_high(oi, w[0]) - mk_mul_high(or_, w[1])) * 2;
        const int32_t low_r = er + tr, low_i = ei + ti, high_r = er - tr, high_i = ti - ei;
        low[0] = low_r;
        low[1] = low_i;
        high[0] = high_r;
        high[1] = high_i;
        bits |= mk_magnitude_bits(low_r) | mk_magnitude_bits(low_i);
        bits |= mk_magnitude_bits(high_r) | mk_magnitude_bits(high_i);
    }
    return (uint32_t)bits;
}

uint32_t mk_rfft_q31_process(const mk_rfft_q31 *fft, int32_t *data)
{
    const uint32_t points = fft->length / 2u;
    uint32_t done;
    /* an odd number of radix-2 stages starts with one of them; the others go in pairs */
    if (points & 0x55555555u) {
        first_radix4(data, points);
        done = 4;
    } else {
        first_radix2(data, points);
        done = 2;
    }
    for (; done < points; done *= 4u)
        radix4(data, points, done, fft->twiddle, fft->length / (4u * done));
    return mk_leading_zeros(split(data, points, fft->twiddle) | 1u) - 1u;
}
