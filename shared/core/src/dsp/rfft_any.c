#include "motekit/dsp_rfft_any.h"

#include "motekit/dsp_math.h"

mk_status mk_rfft_any_init(mk_rfft_any *fft, uint16_t length, const float *twiddle)
{
    uint32_t rest = length;
    if (!fft || !twiddle || length < 2 || length > 15000)
        return MK_ERR_ARG;
    for (uint32_t prime = 2; prime <= 5; prime++)
        while (rest % prime == 0)
            rest /= prime;
    if (rest != 1)
        return MK_ERR_ARG;
    *fft = (mk_rfft_any){length, twiddle};
    return MK_OK;
}

/* a * conj(w), the direction of the forward transform. */
static inline void rotate(float re, float im, const float *w, float *out)
{
    out[0] = mk_add_product(re * w[0], im, w[1]);
    out[1] = mk_sub_product(im * w[0], re, w[1]);
}

/* Transform of `radix` points at a distance of `stride` floats; `apart` is the table's step for 1 / radix turn. */
static void small(const float *x, uint32_t stride, uint32_t radix, const float *table, uint32_t apart, float *out)
{
    if (radix == 2) {
        out[0] = x[0] + x[stride];
        out[1] = x[1] + x[stride + 1u];
        out[2] = x[0] - x[stride];
        out[3] = x[1] - x[stride + 1u];
        return;
    }
    if (radix == 4) {
        const float *const b = x + stride, *const c = b + stride, *const d = c + stride;
        const float sum_r = x[0] + c[0], sum_i = x[1] + c[1], dif_r = x[0] - c[0], dif_i = x[1] - c[1];
        const float odd_r = b[0] + d[0], odd_i = b[1] + d[1], rot_r = b[0] - d[0], rot_i = b[1] - d[1];
        out[0] = sum_r + odd_r;
        out[1] = sum_i + odd_i;
        out[2] = dif_r + rot_i;
        out[3] = dif_i - rot_r;
        out[4] = sum_r - odd_r;
        out[5] = sum_i - odd_i;
        out[6] = dif_r - rot_i;
        out[7] = dif_i + rot_r;
        return;
    }
    for (uint32_t j = 0; j < radix; j++) {
        float re = x[0], im = x[1];
        uint32_t turn = 0;
        for (uint32_t k = 1; k < radix; k++) {
            float term[2];
            turn += j;
            if (turn >= radix)
                turn -= radix;
            rotate(x[k * stride], x[k * stride + 1u], table + 2u * turn * apart, term);
            re += term[0];
            im += term[1];
        }
        out[2u * j] = re;
        out[2u * j + 1u] = im;
    }
}

/* Complex transform of `points`; table_step is the table's entries a 1 / points turn. Returns where the result is. */
static float *transform(const mk_rfft_any *fft, uint32_t points, uint32_t table_step, float *x, float *y)
{
    for (uint32_t n = points, done = 1; n > 1;) {
        const uint32_t radix = n % 4u == 0 ? 4u : n % 2u == 0 ? 2u : n % 3u == 0 ? 3u : 5u;
        const uint32_t m = n / radix, apart = table_step * (points / radix);
        for (uint32_t p = 0; p < m; p++)
            for (uint32_t q = 0; q < done; q++) {
                float result[10];
                small(x + 2u * (q + done * p), 2u * done * m, radix, fft->twiddle, apart, result);
                float *const to = y + 2u * (q + done * radix * p);
                to[0] = result[0];
                to[1] = result[1];
                for (uint32_t j = 1; j < radix; j++)
                    rotate(result[2u * j], result[2u * j + 1u], fft->twiddle + 2u * p * j * done * table_step,
                           to + 2u * done * j);
            }
        float *const swap = x;
        x = y;
        y = swap;
        n = m;
        done *= radix;
    }
    return x;
}

static void odd_length(const mk_rfft_any *fft, const float *in, float *out, float *scratch)
{
    const uint32_t length = fft->length;
    for (uint32_t i = 0; i < length; i++) {
        scratch[2u * i] = in[i];
        scratch[2u * i + 1u] = 0.0f;
    }
    const float *const x = transform(fft, length, 1, scratch, scratch + 2u * length);
    for (uint32_t i = 0; i < 2u * (length / 2u + 1u); i++)
        out[i] = x[i];
}

/* Even and odd samples as one complex signal of half the length, taken apart afterwards. */
static void even_length(const mk_rfft_any *fft, const float *in, float *out, float *scratch)
{
    const uint32_t points = fft->length / 2u;
    for (uint32_t i = 0; i < fft->length; i++)
        scratch[i] = in[i];
    const float *const z = transform(fft, points, 2, scratch, scratch + fft->length);
    for (uint32_t k = 0; k <= points; k++) {
        const float *const a = z + 2u * (k == points ? 0u : k), *const b = z + 2u * (k == 0 ? 0u : points - k);
        const float er = 0.5f * (a[0] + b[0]), ei = 0.5f * (a[1] - b[1]);
        const float or_ = 0.5f * (a[1] + b[1]), oi = 0.5f * (b[0] - a[0]);
        float turned[2];
        if (k == points) {
            turned[0] = -or_;
            turned[1] = -oi;
        } else {
            rotate(or_, oi, fft->twiddle + 2u * k, turned);
        }
        out[2u * k] = er + turned[0];
        out[2u * k + 1u] = ei + turned[1];
    }
}

void mk_rfft_any_process(const mk_rfft_any *fft, const float *in, float *out, float *scratch)
{
    if (fft->length % 2u)
        odd_length(fft, in, out, scratch);
    else
        even_length(fft, in, out, scratch);
}
