#include "motekit/nn_recurrent.h"

void mk_svdf_s16(const MK_FLASH mk_svdf *svdf, const int8_t *in, int16_t *state, int8_t *out)
{
    const uint32_t memory = svdf->memory;

    for (uint32_t n = 0; n < svdf->batch; n++, in += svdf->inputs) {
        const MK_FLASH int8_t *feature = svdf->features;
        const MK_FLASH int16_t *time = svdf->times;
        const MK_FLASH int32_t *bias_feature = svdf->bias_features;
        for (uint32_t unit = 0; unit < svdf->units; unit++) {
            int32_t total = svdf->bias[unit];
            for (uint32_t r = 0; r < svdf->rank; r++, state += memory, time += memory) {
                int32_t sum = *bias_feature++;
                for (uint32_t i = 0; i < svdf->inputs; i++)
                    sum += *feature++ * in[i];
                sum = mk_requantize(sum, svdf->multiplier_state, svdf->shift_state);
                for (uint32_t m = 0; m + 1 < memory; m++)
                    state[m] = state[m + 1];
                state[memory - 1] = (int16_t)(mk_clamp(sum, INT16_MIN, INT16_MAX) + svdf->state_zero);
                for (uint32_t m = 0; m < memory; m++)
                    total += (int32_t)time[m] * (state[m] - svdf->state_zero);
            }
            total = mk_requantize(total, svdf->multiplier_out, svdf->shift_out) + svdf->out_zero;
            *out++ = (int8_t)mk_clamp(total, INT8_MIN, INT8_MAX);
        }
    }
}
