#include "motekit/dsp_quantile.h"

#include "motekit/dsp_math.h"

static int above(float a, float b)
{
    return a > b || (a != a && b == b);
}

static void sift(float *x, uint32_t at, uint32_t n)
{
    const float value = x[at];
    for (;;) {
        uint32_t child = 2u * at + 1u;
        if (child >= n)
            break;
        if (child + 1u < n && above(x[child + 1u], x[child]))
            child++;
        if (!above(x[child], value))
            break;
        x[at] = x[child];
        at = child;
    }
    x[at] = value;
}

void mk_sort(float *x, uint32_t n)
{
    for (uint32_t i = n / 2u; i-- > 0;)
        sift(x, i, n);
    for (uint32_t left = n; left > 1;) {
        left--;
        const float largest = x[0];
        x[0] = x[left];
        x[left] = largest;
        sift(x, 0, left);
    }
}

float mk_quantile(const float *sorted, uint32_t n, float q)
{
    const float last = sorted[n - 1u];
    if (last != last || !(q >= 0.0f && q <= 1.0f))
        return mk_float_from(0x7FC00000u);
    const float position = q * (float)(n - 1u);
    const uint32_t at = (uint32_t)position;
    if (at + 1u >= n)
        return last;
    return sorted[at] + (position - (float)at) * (sorted[at + 1u] - sorted[at]);
}
