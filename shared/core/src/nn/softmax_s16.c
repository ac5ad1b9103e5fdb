#include "motekit/nn_wide.h"

/* table[513] over the whole range of x, linear between entries */
static int32_t interpolate(const MK_FLASH int16_t *table, int32_t x)
{
    const int32_t index = 256 + (x >> 7);
    const int32_t slope = table[index + 1] - table[index];
    return table[index] + ((slope * (x & 127) + 64) >> 7);
}

static int32_t leading_zeros(uint32_t x)
{
    int32_t count = 0;
    for (; count < 32 && !(x & UINT32_C(0x80000000)); x <<= 1)
        count++;
    return count;
}

void mk_softmax_s16(const MK_FLASH mk_wide_softmax *softmax, const int16_t *in, int16_t *out)
{
    for (uint32_t row = 0; row < softmax->rows; row++) {
        int32_t most = INT16_MIN;
        for (uint32_t i = 0; i < softmax->classes; i++)
            most = in[i] > most ? in[i] : most;

        int32_t sum = 0; /* Q15 */
        for (uint32_t i = 0; i < softmax->classes; i++) {
            const int32_t below = mk_requantize(in[i] - most, softmax->multiplier, softmax->shift) + INT16_MAX;
            const int32_t value = interpolate(softmax->exps, mk_clamp(below, INT16_MIN, INT16_MAX));
            out[i] = (int16_t)value;
            sum += out[i];
        }
        const int32_t zeros = leading_zeros((uint32_t)sum);
        const int32_t normal = (int32_t)((((int64_t)sum << (zeros - 1)) + (1 << 13)) >> 14);
        const int32_t place = mk_clamp(normal - (INT32_C(1) << 15) - (INT32_C(1) << 16), INT16_MIN, INT16_MAX);
        const int32_t scale = interpolate(softmax->reciprocals, place);

        for (uint32_t i = 0; i < softmax->classes; i++) {
            const int64_t value = ((int64_t)out[i] * scale + (INT64_C(1) << (30 - zeros))) >> (31 - zeros);
            out[i] = (int16_t)mk_clamp((int32_t)value, 0, INT16_MAX);
        }
        in += softmax->classes;
        out += softmax->classes;
    }
}
