#include "motekit/dsp_median.h"

#include "motekit/dsp_math.h"

mk_status mk_median_init(mk_median *median, uint8_t width, float threshold, float *memory)
{
    if (!median || !memory || width < 3 || width > MK_MEDIAN_MAX || width % 2 == 0 || !(threshold >= 0.0f) ||
        !mk_is_finite(threshold))
        return MK_ERR_ARG;
    *median = (mk_median){memory, memory + width, threshold, 0, width, 0, 0};
    return MK_OK;
}

/* Total order with NaN last. */
static int above(float a, float b)
{
    return a > b || (a != a && b == b);
}

static int same(float a, float b)
{
    return a == b || (a != a && b != b);
}

/* Takes `old` out of the sorted values and puts `x` in. */
static void exchange(float *sorted, uint32_t width, float old, float x)
{
    uint32_t at = 0;
    while (at + 1u < width && !same(sorted[at], old))
        at++;
    for (; at + 1u < width && above(x, sorted[at + 1u]); at++)
        sorted[at] = sorted[at + 1u];
    for (; at > 0 && above(sorted[at - 1u], x); at--)
        sorted[at] = sorted[at - 1u];
    sorted[at] = x;
}

/* The (width / 2)-th smallest distance from the median: distances grow outwards in both directions. */
static float median_deviation(const float *sorted, uint32_t width, float centre)
{
    uint32_t low = width / 2u, high = width / 2u;
    float deviation = 0.0f;
    for (uint32_t i = 0; i < width / 2u; i++) {
        const float below = low > 0 ? centre - sorted[low - 1u] : mk_float_from(0x7F800000u);
        const float beyond = high + 1u < width ? sorted[high + 1u] - centre : mk_float_from(0x7FC00000u);
        if (above(beyond, below) && low > 0) {
            deviation = below;
            low--;
        } else {
            deviation = beyond;
            high++;
        }
    }
    return deviation;
}

static float next(mk_median *median, float x)
{
    const uint32_t width = median->width;
    if (!median->started) {
        median->started = 1;
        for (uint32_t i = 0; i < width; i++)
            median->ring[i] = median->sorted[i] = x;
    }
    exchange(median->sorted, width, median->ring[median->next], x);
    median->ring[median->next] = x;
    median->next = (uint8_t)(median->next + 1u == width ? 0u : median->next + 1u);
    const float centre = median->sorted[width / 2u];
    if (!(median->threshold > 0.0f))
        return centre;
    const uint32_t middle = median->next + width / 2u;
    const float sample = median->ring[middle < width ? middle : middle - width];
    const float limit = median->threshold * 1.4826f * median_deviation(median->sorted, width, centre);
    if (mk_abs(sample - centre) <= limit || same(sample, centre))
        return sample;
    median->replaced++;
    return centre;
}

void mk_median_process(mk_median *median, const float *in, float *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = next(median, in[i]);
}
