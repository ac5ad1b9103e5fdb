/* Mel-frequency cepstral coefficients of a log-mel row: the first terms of an orthonormal DCT-II.
 *
 *   in        int16[bands], Q9 (mk_logmel's row)
 *   out       int16[coefficients], Q7, saturated (64 bands or fewer never saturate below e^32)
 *   matrix    int16[coefficients][bands], Q15
 *
 * Cost: about 3 instructions a product. Source: scipy.fft.dct(type=2, norm="ortho"); Davis & Mermelstein 1980.
 */
#ifndef MOTEKIT_DSP_DCT_H
#define MOTEKIT_DSP_DCT_H

#include <stdint.h>

#include "motekit/status.h"

typedef struct {
    uint16_t bands;
    uint16_t coefficients;
    const int16_t *matrix;
} mk_dct;

mk_status mk_dct_init(mk_dct *dct, uint16_t bands, uint16_t coefficients, const int16_t *matrix);
void mk_dct_process(const mk_dct *dct, const int16_t *in, int16_t *out);

#endif
