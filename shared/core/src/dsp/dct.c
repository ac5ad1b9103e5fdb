#include "motekit/dsp_dct.h"

#include "motekit/dsp_fixed.h"

mk_status mk_dct_init(mk_dct *dct, uint16_t bands, uint16_t coefficients, const int16_t *matrix)
{
    if (!dct || !matrix || bands == 0 || coefficients == 0 || coefficients > bands)
        return MK_ERR_ARG;
    *dct = (mk_dct){bands, coefficients, matrix};
    return MK_OK;
}

void mk_dct_process(const mk_dct *dct, const int16_t *in, int16_t *out)
{
    const int16_t *m = dct->matrix;
    for (uint32_t c = 0; c < dct->coefficients; c++) {
        int64_t sum = 1 << 16;
        const int16_t *x = in, *const end = in + dct->bands;
        for (; end - x >= 4; x += 4, m += 4) {
            sum = mk_add_pair(sum, mk_load_pair(x), mk_load_pair(m));
            sum = mk_add_pair(sum, mk_load_pair(x + 2), mk_load_pair(m + 2));
        }
        while (x < end)
            sum += (int32_t)*x++ * *m++;
        const int64_t q7 = sum >> 17; /* Q9 x Q15 to Q7 */
        out[c] = (int16_t)(q7 > INT16_MAX ? INT16_MAX : q7 < INT16_MIN ? INT16_MIN : q7);
    }
}
