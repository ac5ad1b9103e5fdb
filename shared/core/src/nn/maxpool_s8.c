#include "pool_window.h"

#include "bytes.h"
#include "dsp.h"

/* most[i] = the larger of most[i] and in[i] */
static void keep_larger(int8_t *most, const int8_t *in, uint32_t n)
{
#if defined(__ARM_FEATURE_MVE)
    for (int32_t left = (int32_t)n; left > 0; left -= 16, most += 16, in += 16) {
        const mve_pred16_t lanes = vctp8q((uint32_t)left);
        vstrbq_p_s8(most, vmaxq_s8(vldrbq_z_s8(most, lanes), vldrbq_z_s8(in, lanes)), lanes);
    }
#else
#ifdef MK_NN_DSP
    for (; n >= 4; n -= 4, most += 4, in += 4) {
        int32_t a, b, larger;
        memcpy(&a, most, 4);
        memcpy(&b, in, 4);
        __asm__("ssub8 %0, %1, %2\n\tsel %0, %1, %2" : "=&r"(larger) : "r"(a), "r"(b));
        memcpy(most, &larger, 4);
    }
#endif
    for (; n; n--, most++, in++)
        if (*in > *most)
            *most = *in;
#endif
}

static void clamp(const MK_FLASH mk_pool *pool, int8_t *out, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        out[i] = (int8_t)mk_clamp(out[i], pool->act_min, pool->act_max);
}

void mk_maxpool_s8(const MK_FLASH mk_pool *pool, const int8_t *in, int8_t *out)
{
    const int32_t in_w = pool->in_w, channels = pool->channels;
    const uint32_t bytes = (uint32_t)channels;
    const int clamps = pool->act_min > INT8_MIN || pool->act_max < INT8_MAX;

    for (int32_t n = 0; n < pool->batch; n++, in += (int32_t)pool->in_h * in_w * channels) {
        for (int32_t y = 0; y < pool->out_h; y++) {
            for (int32_t x = 0; x < pool->out_w; x++, out += channels) {
                const pool_window window = pool_window_at(pool, y, x);
                const int8_t *row = &in[(window.top * in_w + window.left) * channels];
                const int8_t *pixel = row + channels;
                mk_bytes_copy(out, row, bytes);
                for (int32_t i = window.top; i < window.bottom; i++, row += in_w * channels, pixel = row)
                    for (const int8_t *const end = row + (window.right - window.left) * channels; pixel < end;
                         pixel += channels)
                        keep_larger(out, pixel, bytes);
                if (clamps)
                    clamp(pool, out, bytes);
            }
        }
    }
}
