#include "motekit/dsp_change.h"

#include "motekit/dsp_math.h"

uint32_t mk_crossings(const float *x, uint32_t n, float level)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < n; i++)
        count += (x[i] < level) != (x[i - 1] < level);
    return count;
}

mk_differences mk_differences_process(const float *x, uint32_t n)
{
    float absolute = 0.0f, squares = 0.0f;
    if (n < 2)
        return (mk_differences){0.0f, 0.0f};
    for (uint32_t i = 1; i < n;) {
        const uint32_t stop = n - i > 32u ? i + 32u : n;
        float sum = 0.0f, sum2 = 0.0f;
        for (; i < stop; i++) {
            const float d = x[i] - x[i - 1];
            sum += mk_abs(d);
            sum2 = mk_add_product(sum2, d, d);
        }
        absolute += sum;
        squares += sum2;
    }
    const float count = (float)(n - 1u);
    return (mk_differences){mk_div(absolute, count), mk_sqrt(mk_div(squares, count))};
}
