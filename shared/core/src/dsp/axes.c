#include "motekit/dsp_axes.h"

#include "motekit/dsp_math.h"

void mk_magnitude_process(const float *frames, uint32_t n, uint8_t axes, float *out)
{
    for (uint32_t i = 0; i < n; i++) {
        float largest = 0.0f, sum = 0.0f;
        for (uint32_t a = 0; a < axes; a++) {
            const float size = mk_abs(frames[a]);
            if (!(size <= largest))
                largest = size;
        }
        /* a power of two keeps the squares from overflow and vanishing, and costs no digit */
        const uint32_t exponent = mk_float_bits(largest) >> 23;
        const float scale = mk_float_from((exponent > 252u ? 1u : 254u - exponent) << 23);
        for (uint32_t a = 0; a < axes; a++) {
            const float x = *frames++ * scale;
            sum = mk_add_product(sum, x, x);
        }
        out[i] = mk_div(mk_sqrt(sum), scale);
    }
}

/* Mean of strided samples, counted from the first. */
static float strided_mean(const float *x, uint32_t n, uint32_t stride)
{
    const float first = x[0];
    float total = 0.0f;
    for (uint32_t i = 0; i < n;) {
        const uint32_t stop = n - i > 32u ? i + 32u : n;
        float sum = 0.0f;
        for (; i < stop; i++)
            sum += x[i * stride] - first;
        total += sum;
    }
    return first + mk_div(total, (float)n);
}

mk_quality mk_correlation_process(const float *a, const float *b, uint32_t n, uint32_t stride, float *r)
{
    *r = 0.0f;
    if (n == 0)
        return MK_QUALITY_EMPTY;
    const float mean_a = strided_mean(a, n, stride), mean_b = strided_mean(b, n, stride);
    float aa = 0.0f, bb = 0.0f, ab = 0.0f;
    for (uint32_t i = 0; i < n;) {
        const uint32_t stop = n - i > 32u ? i + 32u : n;
        float sum_aa = 0.0f, sum_bb = 0.0f, sum_ab = 0.0f;
        for (; i < stop; i++) {
            const float x = a[i * stride] - mean_a, y = b[i * stride] - mean_b;
            sum_aa = mk_add_product(sum_aa, x, x);
            sum_bb = mk_add_product(sum_bb, y, y);
            sum_ab = mk_add_product(sum_ab, x, y);
        }
        aa += sum_aa;
        bb += sum_bb;
        ab += sum_ab;
    }
    if (!mk_is_finite(aa) || !mk_is_finite(bb)) {
        *r = mk_float_from(0x7FC00000u);
        return MK_QUALITY_NONFINITE;
    }
    const float size = mk_sqrt(aa) * mk_sqrt(bb);
    if (!(size > 0.0f))
        return MK_QUALITY_FLAT;
    const float value = mk_div(ab, size);
    *r = value > 1.0f ? 1.0f : value < -1.0f ? -1.0f : value;
    return 0;
}

mk_status mk_gravity_init(mk_gravity *gravity, uint8_t axes, float share)
{
    if (!gravity || axes == 0 || axes > MK_AXES_MAX || !(share >= 0.0f && share <= 1.0f))
        return MK_ERR_ARG;
    *gravity = (mk_gravity){share, {0.0f}, axes, 0};
    return MK_OK;
}

void mk_gravity_process(mk_gravity *gravity, const float *frames, float *out, uint32_t n)
{
    const uint32_t axes = gravity->axes;
    if (n && !gravity->started) {
        gravity->started = 1;
        for (uint32_t a = 0; a < axes; a++)
            gravity->gravity[a] = frames[a];
    }
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t a = 0; a < axes; a++) {
            const float x = *frames++, estimate = gravity->gravity[a] + gravity->share * (x - gravity->gravity[a]);
            gravity->gravity[a] = estimate;
            *out++ = x - estimate;
        }
}
