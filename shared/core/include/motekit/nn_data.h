/* Moving, converting and reducing tensors. */
#ifndef MOTEKIT_NN_DATA_H
#define MOTEKIT_NN_DATA_H

#include "motekit/nn_quant.h"

#define MK_COPY_RANK 6

/* Copy between two arrangements, in elements: element (i0..i5) goes from
 * in[in_first + sum(i * in_stride)] to out[out_first + sum(i * out_stride)]. Strides may be negative or 0.
 * Serves transposition, slices, concatenation, splitting and the inside of padding. */
typedef struct {
    int32_t shape[MK_COPY_RANK];
    int32_t in_stride[MK_COPY_RANK], out_stride[MK_COPY_RANK];
    int32_t in_first, out_first;
} mk_copy;

void mk_copy_8(const MK_FLASH mk_copy *copy, const int8_t *in, int8_t *out);
void mk_copy_16(const MK_FLASH mk_copy *copy, const int16_t *in, int16_t *out);
void mk_copy_32(const MK_FLASH mk_copy *copy, const int32_t *in, int32_t *out);

/* to[0..bytes) = from[0..bytes), out of flash */
void mk_load(const MK_FLASH void *from, uint32_t bytes, void *to);

/* window[0..n) = window[start..start + n), front to back: rows that are needed again move to the top.
 * start and n are multiples of 4, window is 4-aligned. */
void mk_move_up(uint32_t start, uint32_t n, int8_t *window);

/* out[0..n) = value */
void mk_fill_8(int8_t value, uint32_t n, int8_t *out);
void mk_fill_16(int16_t value, uint32_t n, int16_t *out);
void mk_fill_32(int32_t value, uint32_t n, int32_t *out);

/* Nearest neighbour: out[b][y][x][c] = in[b][rows[y]][columns[x]][c] */
typedef struct {
    const MK_FLASH uint16_t *rows, *columns;
    int32_t batch, in_h, in_w, out_h, out_w;
    int32_t pixel_bytes;
} mk_resize;

void mk_resize_nearest(const MK_FLASH mk_resize *resize, const int8_t *in, int8_t *out);

/* Sum over some axes, requantized: for each kept index, out = clamp(requantize(sum(in) - offset) + out_zero).
 * offset is the number of elements summed times the input's zero point; a mean has 1 / elements in the multiplier. */
typedef struct {
    int32_t kept[3], kept_stride[3];
    int32_t reduced[3], reduced_stride[3];
    int32_t offset, multiplier, shift;
    int16_t out_zero;
} mk_reduce;

void mk_reduce_s8(const MK_FLASH mk_reduce *reduce, const int8_t *in, int8_t *out);
void mk_reduce_s16(const MK_FLASH mk_reduce *reduce, const int16_t *in, int16_t *out);

/* Largest or smallest element instead of the sum; kept and reduced only. */
void mk_reduce_max_s8(const MK_FLASH mk_reduce *reduce, const int8_t *in, int8_t *out);
void mk_reduce_min_s8(const MK_FLASH mk_reduce *reduce, const int8_t *in, int8_t *out);

/* Between float32 and integers: real = scale * (stored - zero). Rounds to the nearest, ties away from zero. */
void mk_quantize_f32_s8(float scale, int32_t zero, uint32_t n, const float *in, int8_t *out);
void mk_quantize_f32_s16(float scale, int32_t zero, uint32_t n, const float *in, int16_t *out);
void mk_dequantize_s8_f32(float scale, int32_t zero, uint32_t n, const int8_t *in, float *out);
void mk_dequantize_s16_f32(float scale, int32_t zero, uint32_t n, const int16_t *in, float *out);
void mk_dequantize_s32_f32(float scale, int32_t zero, uint32_t n, const int32_t *in, float *out);

/* Between integers: out = clamp(requantize(in - in_zero) + out_zero) */
typedef struct {
    int32_t multiplier, shift, in_zero, out_zero;
    uint32_t n;
} mk_rescale;

void mk_rescale_s8_s16(const MK_FLASH mk_rescale *rescale, const int8_t *in, int16_t *out);
void mk_rescale_s8_s32(const MK_FLASH mk_rescale *rescale, const int8_t *in, int32_t *out);
void mk_rescale_s16_s8(const MK_FLASH mk_rescale *rescale, const int16_t *in, int8_t *out);
void mk_rescale_s16_s16(const MK_FLASH mk_rescale *rescale, const int16_t *in, int16_t *out);
void mk_rescale_s16_s32(const MK_FLASH mk_rescale *rescale, const int16_t *in, int32_t *out);
void mk_rescale_s32_s8(const MK_FLASH mk_rescale *rescale, const int32_t *in, int8_t *out);
void mk_rescale_s32_s16(const MK_FLASH mk_rescale *rescale, const int32_t *in, int16_t *out);

#endif
