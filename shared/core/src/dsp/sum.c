#include "motekit/dsp_sum.h"

#include "motekit/dsp_math.h"

#define RUN 32u

float mk_sum(const float *x, uint32_t n)
{
    float total = 0.0f;
    for (const float *const end = x + n; x < end;) {
        const float *const stop = (uint32_t)(end - x) > RUN ? x + RUN : end;
        float sum = 0.0f;
        while (x < stop)
            sum += *x++;
        total += sum;
    }
    return total;
}

float mk_dot(const float *a, const float *b, uint32_t n)
{
    float total = 0.0f;
    for (const float *const end = a + n; a < end;) {
        const float *const stop = (uint32_t)(end - a) > RUN ? a + RUN : end;
        float sum = 0.0f;
        while (a < stop)
            sum = mk_add_product(sum, *a++, *b++);
        total += sum;
    }
    return total;
}
