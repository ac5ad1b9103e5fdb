#include "pool_window.h"

void mk_avgpool_s8(const MK_FLASH mk_pool *pool, const int8_t *in, int8_t *out)
{
    const int32_t channels = pool->channels, in_w = pool->in_w;

    for (int32_t n = 0; n < pool->batch; n++, in += (int32_t)pool->in_h * in_w * channels) {
        for (int32_t y = 0; y < pool->out_h; y++) {
            for (int32_t x = 0; x < pool->out_w; x++) {
                const pool_window window = pool_window_at(pool, y, x);
                const int32_t count = (window.bottom - window.top) * (window.right - window.left);
                for (int32_t c = 0; c < channels; c++) {
                    int32_t sum = 0;
                    for (int32_t row = window.top; row < window.bottom; row++) {
                        const int8_t *pixel = &in[(row * in_w + window.left) * channels + c];
                        for (int32_t column = window.left; column < window.right; column++, pixel += channels)
                            sum += *pixel;
                    }
                    const int32_t mean = sum > 0 ? (sum + count / 2) / count : (sum - count / 2) / count;
                    *out++ = (int8_t)mk_clamp(mean, pool->act_min, pool->act_max);
                }
            }
        }
    }
}
