#include "motekit/nn_wide.h"
#include "pool_window.h"

void mk_maxpool_s16(const MK_FLASH mk_pool *pool, const int16_t *in, int16_t *out)
{
    const int32_t channels = pool->channels, in_w = pool->in_w;

    for (int32_t n = 0; n < pool->batch; n++, in += (int32_t)pool->in_h * in_w * channels) {
        for (int32_t y = 0; y < pool->out_h; y++) {
            for (int32_t x = 0; x < pool->out_w; x++) {
                const pool_window window = pool_window_at(pool, y, x);
                for (int32_t c = 0; c < channels; c++) {
                    int32_t most = INT16_MIN;
                    for (int32_t row = window.top; row < window.bottom; row++) {
                        const int16_t *pixel = &in[(row * in_w + window.left) * channels + c];
                        for (int32_t column = window.left; column < window.right; column++, pixel += channels)
                            most = *pixel > most ? *pixel : most;
                    }
                    *out++ = (int16_t)mk_clamp(most, pool->act_min, pool->act_max);
                }
            }
        }
    }
}
