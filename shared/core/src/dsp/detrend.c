#include "motekit/dsp_detrend.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_moments.h"

mk_line mk_line_fit(const float *x, uint32_t n)
{
    mk_line line = {0.0f, mk_mean(x, n)};
    if (n < 2)
        return line;
    /* times count from the middle: their sum is 0, the sum of their squares n (n^2 - 1) / 12 */
    const float middle = 0.5f * (float)(n - 1u), count = (float)n;
    float total = 0.0f;
    for (uint32_t i = 0; i < n;) {
        const uint32_t stop = n - i > 32u ? i + 32u : n;
        float sum = 0.0f;
        for (; i < stop; i++)
            sum += ((float)i - middle) * (x[i] - line.level);
        total += sum;
    }
    line.slope = mk_div(mk_div(12.0f * total, count), count * count - 1.0f);
    return line;
}

void mk_detrend_process(const float *x, float *out, uint32_t n)
{
    const mk_line line = mk_line_fit(x, n);
    const float middle = n ? 0.5f * (float)(n - 1u) : 0.0f;
    for (uint32_t i = 0; i < n; i++)
        out[i] = (x[i] - line.level) - ((float)i - middle) * line.slope;
}
