#include "motekit/dsp_sampen.h"

#include "motekit/dsp_math.h"

mk_quality mk_sampen_process(const float *x, uint32_t n, uint8_t m, float radius, float *entropy)
{
    uint32_t alike = 0, longer = 0;
    *entropy = 0.0f;
    for (uint32_t i = 0; i + m < n; i++)
        for (uint32_t j = i + 1u; j + m < n; j++) {
            uint32_t k = 0;
            while (k <= m && mk_abs(x[i + k] - x[j + k]) <= radius)
                k++;
            alike += k >= m;
            longer += k > m;
        }
    for (uint32_t i = 0; i < n; i++)
        if (!mk_is_finite(x[i])) {
            *entropy = mk_float_from(0x7FC00000u);
            return MK_QUALITY_NONFINITE;
        }
    if (alike == 0)
        return MK_QUALITY_EMPTY;
    *entropy = mk_ln((float)alike) - mk_ln(longer ? (float)longer : 0.5f);
    return 0;
}
