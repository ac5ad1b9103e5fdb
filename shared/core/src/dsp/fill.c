#include "motekit/dsp_fill.h"

#include "motekit/dsp_math.h"

/* Fills x[from..to - 1], whose neighbours are samples or the ends of the window. */
static void fill_run(float *x, uint32_t n, uint32_t from, uint32_t to)
{
    const float before = from ? x[from - 1u] : x[to], after = to < n ? x[to] : before;
    const float step = mk_div(after - before, (float)(to - from + 1u));
    for (uint32_t i = from; i < to; i++)
        x[i] = before + (float)(i - from + 1u) * step;
}

mk_quality mk_fill_process(float *x, uint32_t n, uint32_t longest)
{
    uint32_t quality = n ? 0u : MK_QUALITY_EMPTY;
    for (uint32_t i = 0; i < n; i++) {
        if (x[i] == x[i]) {
            if (!mk_is_finite(x[i]))
                quality |= MK_QUALITY_NONFINITE;
            continue;
        }
        const uint32_t from = i;
        while (i < n && x[i] != x[i])
            i++;
        quality |= MK_QUALITY_GAP;
        if (from == 0 && i == n)
            quality |= MK_QUALITY_EMPTY | MK_QUALITY_NONFINITE;
        else if (i - from > longest)
            quality |= MK_QUALITY_NONFINITE;
        else
            fill_run(x, n, from, i);
        if (i < n && !mk_is_finite(x[i]))
            quality |= MK_QUALITY_NONFINITE;
    }
    return (mk_quality)quality;
}
