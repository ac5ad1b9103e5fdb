#include "motekit/dsp_log.h"

#include "motekit/dsp_fixed.h"

/* log2(1 + f) = f * P(f); P's coefficients in Q29, f in Q31 (docs/dsp.md says how they were fitted) */
static const int32_t coefficients[] = {
    8954113, -44942503, 107495482, -177233238, 255067475, -387005311, 774535106};

int32_t mk_log2_q16(uint64_t x)
{
    if (x == 0)
        return 0;
    const uint32_t upper = (uint32_t)(x >> 32);
    const uint32_t zeros = upper ? mk_leading_zeros(upper) : 32u + mk_leading_zeros((uint32_t)x);
    const uint64_t normalised = x << zeros;
    const int32_t fraction = (int32_t)((normalised << 1) >> 33); /* below the leading one, Q31 */
    int32_t sum = coefficients[0];
    for (uint32_t i = 1; i < sizeof coefficients / sizeof coefficients[0]; i++)
        sum = mk_mul_high(sum, fraction) * 2 + coefficients[i];
    const int32_t log2_fraction = mk_mul_high(sum, fraction); /* Q28 */
    return (int32_t)((63u - zeros) << 16) + ((log2_fraction + (1 << 11)) >> 12);
}
