/* The part of a pooling window that lies inside the input, for pools of any type of tensor. */
#ifndef MOTEKIT_POOL_WINDOW_H
#define MOTEKIT_POOL_WINDOW_H

#include "motekit/nn_pool.h"

typedef struct {
    int32_t top, bottom, left, right; /* bottom and right are one past the last */
} pool_window;

static inline pool_window pool_window_at(const MK_FLASH mk_pool *pool, int32_t y, int32_t x)
{
    const int32_t top = y * pool->stride_h - pool->pad_top;
    const int32_t left = x * pool->stride_w - pool->pad_left;
    const int32_t bottom = top + pool->window_h;
    const int32_t right = left + pool->window_w;
    const pool_window window = {
        top < 0 ? 0 : top, bottom > pool->in_h ? pool->in_h : bottom,
        left < 0 ? 0 : left, right > pool->in_w ? pool->in_w : right};
    return window;
}

#endif
