#include "motekit/dsp_cepstrum.h"

#include "motekit/dsp_math.h"

void mk_cepstrum_process(const mk_rfft *fft, const float *power, float *out, float *scratch)
{
    const uint32_t length = fft->length, half = length / 2u;
    float *const even = scratch, *const x = scratch + length;
    const float scale = mk_div(0.5f, (float)length);
    for (uint32_t k = 0; k <= half; k++) {
        even[k] = mk_ln(power[k]) * scale;
        if (k)
            even[length - k] = even[k];
    }
    mk_rfft_process(fft, even, x);
    out[0] = x[0];
    out[half] = x[1];
    for (uint32_t q = 1; q < half; q++)
        out[q] = x[2u * q];
}
