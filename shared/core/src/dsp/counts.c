#include "motekit/dsp_counts.h"

#include "motekit/dsp_math.h"

#define COUNTS_PER_G 17.127404f
#define LEAST 4.0f
#define MOST 128.0f
#define MINUTE 1800u
/* most that one sample becomes */
#define OUT 4u

mk_status mk_counts_init(mk_counts *counts, const mk_counts_config *config, float *memory)
{
    if (!counts || !config || !memory || !config->band || config->sections == 0 ||
        config->sections > MK_COUNTS_MOST_SECTIONS ||
        (config->rate && (config->rate->down == 0 || config->rate->up >= OUT * config->rate->down)))
        return MK_ERR_ARG;
    counts->config = *config;
    for (uint32_t i = 0; i < 3; i++) {
        mk_counts_axis *const axis = &counts->axis[i];
        mk_status status = MK_OK;
        if (config->rate) {
            status = mk_resample_init(&axis->resample, config->rate, memory);
            memory += config->rate->taps;
        }
        if (!status)
            status = mk_sos_init(&axis->band, config->band, config->sections, memory);
        if (status)
            return status;
        memory += MK_SOS_STATE(config->sections);
    }
    mk_counts_reset(counts);
    return MK_OK;
}

void mk_counts_reset(mk_counts *counts)
{
    for (uint32_t i = 0; i < 3; i++) {
        mk_counts_axis *const axis = &counts->axis[i];
        if (counts->config.rate)
            mk_resample_reset(&axis->resample);
        mk_sos_reset(&axis->band);
        axis->first = axis->last = 0.0f;
        axis->sum = axis->part = 0;
        counts->minute[i] = 0;
    }
    counts->taken = counts->started = 0;
}

static uint32_t level(float filtered)
{
    const float x = mk_abs(filtered) * COUNTS_PER_G;
    if (x < LEAST)
        return 0;
    return x > MOST ? (uint32_t)MOST : (uint32_t)x;
}

/* Filters one axis' sample into values at 30 Hz; how many. */
static uint32_t filter(const mk_counts *counts, mk_counts_axis *axis, float x, float *out)
{
    uint32_t n = 1;
    axis->last = mk_is_finite(x) ? x : axis->last;
    if (!counts->started)
        axis->first = axis->last;
    const float moved = axis->last - axis->first;
    if (counts->config.rate)
        n = mk_resample_process(&axis->resample, &moved, 1, out);
    else
        out[0] = moved;
    mk_sos_process(&axis->band, out, out, n);
    return n;
}

int mk_counts_take(mk_counts *counts, float x, float y, float z)
{
    const float sample[3] = {x, y, z};
    float values[3][OUT];
    uint32_t n = 0;
    int complete = 0;
    for (uint32_t i = 0; i < 3; i++)
        n = filter(counts, &counts->axis[i], sample[i], values[i]);
    counts->started = 1;
    for (uint32_t k = 0; k < n; k++) {
        const int third = ++counts->taken % 3u == 0;
        for (uint32_t i = 0; i < 3; i++) {
            mk_counts_axis *const axis = &counts->axis[i];
            axis->part = (uint16_t)(axis->part + level(values[i][k]));
            if (third) {
                axis->sum += axis->part / 3u;
                axis->part = 0;
            }
        }
        if (counts->taken < MINUTE)
            continue;
        complete = 1;
        counts->taken = 0;
        for (uint32_t i = 0; i < 3; i++) {
            counts->minute[i] = counts->axis[i].sum;
            counts->axis[i].sum = 0;
        }
    }
    return complete;
}
