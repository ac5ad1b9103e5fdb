#include "svdf.h"

/* Moves a memory on by one value and adds its products with time; sums wrap, as the oracle's do. */
static uint32_t remember(const MK_FLASH int16_t *time, int16_t *state, uint32_t memory, int16_t newest, uint32_t sum)
{
    uint32_t m = 0;
#ifdef MK_NN_DSP
    /* whole words at the end, the last of which takes in the newest value */
    const uint32_t ahead = memory % 2u;
    if (memory >= 2u) {
        for (; m < ahead; m++) {
            state[m] = state[m + 1];
            sum += (uint32_t)((int32_t)time[m] * state[m]);
        }
        for (; m < memory; m += 2) {
            const uint32_t shifted = (uint32_t)mk_load4(&state[m]) >> 16 | (uint32_t)newest << 16;
            const int32_t next = m + 2 < memory ? mk_load4(&state[m + 1]) : (int32_t)shifted;
            memcpy(&state[m], &next, 4);
            sum = (uint32_t)mk_smlad(mk_load4(&time[m]), next, (int32_t)sum);
        }
        return sum;
    }
#endif
    for (; m + 1 < memory; m++) {
        state[m] = state[m + 1];
        sum += (uint32_t)((int32_t)time[m] * state[m]);
    }
    state[m] = newest;
    return sum + (uint32_t)((int32_t)time[m] * newest);
}

void mk_svdf_s16(const MK_FLASH mk_svdf *svdf, const int8_t *in, int16_t *state, int8_t *out)
{
    const uint32_t memory = svdf->memory;

    for (uint32_t n = 0; n < svdf->batch; n++, in += svdf->inputs) {
        const MK_FLASH int16_t *time = svdf->times;
        uint32_t filter = 0;
        int32_t projections[4];
        for (uint32_t unit = 0; unit < svdf->units; unit++) {
            uint32_t sum = (uint32_t)svdf->bias[unit];
            for (uint32_t r = 0; r < svdf->rank; r++, filter++, state += memory, time += memory) {
                if (filter % 4u == 0)
                    mk_svdf_project(svdf, filter, in, projections);
                const int32_t projected = projections[filter % 4u] + svdf->bias_features[filter];
                const int32_t value = mk_svdf_scale(projected, svdf->multiplier_state, svdf->shift_state);
                const int32_t clamped = mk_clamp(value, INT16_MIN, INT16_MAX);
                sum = remember(time, state, memory, (int16_t)(clamped + svdf->state_zero), sum);
            }
            const int32_t total = mk_svdf_scale((int32_t)sum, svdf->multiplier_out, svdf->shift_out) + svdf->out_zero;
            *out++ = (int8_t)mk_clamp(total, INT8_MIN, INT8_MAX);
        }
    }
}
