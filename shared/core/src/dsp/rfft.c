#include "motekit/dsp_rfft.h"

#include "motekit/dsp_math.h"

mk_status mk_rfft_init(mk_rfft *fft, uint16_t length, const float *twiddle, const uint16_t *order)
{
    if (!fft || !twiddle || !order || length < 16 || length > 4096 || (length & (length - 1u)) != 0)
        return MK_ERR_ARG;
    *fft = (mk_rfft){length, twiddle, order};
    return MK_OK;
}

/* First stage: no twiddles, and the input is taken in bit-reversed order. */
static void first_radix4(const mk_rfft *fft, const float *in, float *x)
{
    const uint32_t quarter = fft->length / 4u; /* a quarter of the points, in floats */
    const uint16_t *const end = fft->order + fft->length / 8u;
    for (const uint16_t *order = fft->order; order < end; order++, x += 8) {
        const float *const a = in + 2u * *order, *const c = a + quarter, *const b = c + quarter, *const d = b + quarter;
        const float sum_r = a[0] + b[0], sum_i = a[1] + b[1], dif_r = a[0] - b[0], dif_i = a[1] - b[1];
        const float odd_r = c[0] + d[0], odd_i = c[1] + d[1], rot_r = c[0] - d[0], rot_i = c[1] - d[1];
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

static void first_radix2(const mk_rfft *fft, const float *in, float *x)
{
    const uint16_t *const end = fft->order + fft->length / 4u;
    for (const uint16_t *order = fft->order; order < end; order++, x += 4) {
        const float *const a = in + 2u * *order, *const b = a + fft->length / 2u;
        x[0] = a[0] + b[0];
        x[1] = a[1] + b[1];
        x[2] = a[0] - b[0];
        x[3] = a[1] - b[1];
    }
}

/* One radix-4 stage over groups of 4 * quarter points. */
static void radix4(float *data, uint32_t points, uint32_t quarter, const float *twiddle, uint32_t step)
{
    const uint32_t leg = 2u * quarter;
    const float *w1 = twiddle, *w2 = twiddle, *w3 = twiddle;
    for (uint32_t k = 0; k < quarter; k++) {
        const float c1 = w1[0], s1 = w1[1], c2 = w2[0], s2 = w2[1], c3 = w3[0], s3 = w3[1];
        for (float *x = data + 2u * k; x < data + 2u * points; x += 4u * leg) {
            float *const x1 = x + leg, *const x2 = x1 + leg, *const x3 = x2 + leg;
            const float br = mk_add_product(x1[0] * c2, x1[1], s2), bi = mk_sub_product(x1[1] * c2, x1[0], s2);
            const float cr = mk_add_product(x2[0] * c1, x2[1], s1), ci = mk_sub_product(x2[1] * c1, x2[0], s1);
            const float dr = mk_add_product(x3[0] * c3, x3[1], s3), di = mk_sub_product(x3[1] * c3, x3[0], s3);
            const float sum_r = x[0] + br, sum_i = x[1] + bi, dif_r = x[0] - br, dif_i = x[1] - bi;
            const float odd_r = cr + dr, odd_i = ci + di, rot_r = cr - dr, rot_i = ci - di;
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

/* Z[k], the transform of the even samples plus j times the odd ones, to X[k]. */
static void split(float *data, uint32_t points, const float *twiddle)
{
    const float even = data[0], odd = data[1];
    data[0] = even + odd;
    data[1] = even - odd;
    float *low = data + 2, *high = data + 2u * points - 2u;
    for (const float *w = twiddle + 2; low <= high; low += 2, high -= 2, w += 2) {
        const float er = 0.5f * (low[0] + high[0]), ei = 0.5f * (low[1] - high[1]);
        const float or_ = 0.5f * (low[1] + high[1]), oi = 0.5f * (high[0] - low[0]);
        const float tr = mk_add_product(or_ * w[0], oi, w[1]), ti = mk_sub_product(oi * w[0], or_, w[1]);
        low[0] = er + tr;
        low[1] = ei + ti;
        high[0] = er - tr;
        high[1] = ti - ei;
    }
}

void mk_rfft_process(const mk_rfft *fft, const float *in, float *out)
{
    const uint32_t points = fft->length / 2u;
    uint32_t done;
    /* an odd number of radix-2 stages starts with one of them; the others go in pairs */
    if (points & 0x55555555u) {
        first_radix4(fft, in, out);
        done = 4;
    } else {
        first_radix2(fft, in, out);
        done = 2;
    }
    for (; done < points; done *= 4u)
        radix4(out, points, done, fft->twiddle, fft->length / (4u * done));
    split(out, points, fft->twiddle);
}
