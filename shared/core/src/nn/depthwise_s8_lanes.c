/* Where constants lie in flash of their own (MK_FLASH) this kernel, which copies some of them, does not exist. */
#if !(defined(__AVR__) && defined(__FLASH))

#include "motekit/nn_lanes.h"

#include "bytes.h"

enum { GROUP = 16, LANES = 8 };

/* Where a group of channels lies: copied into the scratch memory, or where it always was. */
typedef struct {
    const int8_t *weights, *rows;
    uint32_t weight_step;     /* bytes from a tap's weights to the next tap's */
    uint32_t step, row_bytes; /* bytes from a column to the next, from a row to the next */
} group_memory;

#ifdef __ARM_FEATURE_MVE
#include <arm_mve.h>

/* Vectors of even and of odd channels, which is how products of 16 bits widen. */
typedef struct {
    int32_t bias[2][4], multiplier[2][4], shift[2][4];
} lane_constants;

static int32x4_t requantize(int32x4_t x, const lane_constants *lanes, uint32_t odd)
{
    const int32x4_t shift = vldrwq_s32(lanes->shift[odd]);
    x = vqrdmulhq_s32(x, vldrwq_s32(lanes->multiplier[odd]));
    /* ties away from zero: what is negative and shifted right is moved off its tie first */
    x = vaddq_s32(x, vshrq_n_s32(vandq_s32(x, shift), 31));
    return vrshlq_s32(x, shift);
}

static inline __attribute__((always_inline)) void outputs(const MK_FLASH mk_conv *conv, const group_memory *memory,
                                                          const lane_constants *lanes, uint32_t rows, uint32_t kernel_h,
                                                          uint32_t kernel_w, uint32_t step, uint32_t weight_step,
                                                          uint32_t first, mve_pred16_t used,
                                                          int8_t *out)
{
    const uint32_t row_bytes = memory->row_bytes;
    const int16x8_t low = vdupq_n_s16(conv->act_min), high = vdupq_n_s16(conv->act_max);

    for (uint32_t y = 0; y < rows; y++) {
        const int8_t *window = memory->rows + y * conv->stride_h * row_bytes + first;
        for (uint32_t x = conv->out_w; x; x--, window += conv->stride_w * step, out += conv->out_c) {
            const int8_t *weight = memory->weights + first, *source = window;
            int32x4_t even = vldrwq_s32(lanes->bias[0]), odd = vldrwq_s32(lanes->bias[1]);
            int16x8_t narrow;
            for (uint32_t ky = 0; ky < kernel_h; ky++, source += row_bytes) {
                const int8_t *tap = source;
                for (uint32_t kx = kernel_w; kx; tap += step, weight += weight_step) {
                    int16x8_t sum = vmulq_s16(vldrbq_s16(tap), vldrbq_s16(weight));
                    kx--;
                    if (kx) { /* two products still fit 16 bits */
                        kx--;
                        tap += step;
                        weight += weight_step;
                        sum = vaddq_s16(sum, vmulq_s16(vldrbq_s16(tap), vldrbq_s16(weight)));
                    }
                    even = vaddq_s32(even, vmovlbq_s16(sum));
                    odd = vaddq_s32(odd, vmovltq_s16(sum));
                }
            }
            narrow = vqmovnbq_s32(vdupq_n_s16(0), requantize(even, lanes, 0));
            narrow = vqmovntq_s32(narrow, requantize(odd, lanes, 1));
            narrow = vqaddq_n_s16(narrow, conv->out_zero);
            vstrbq_p_s16(out, vminq_s16(vmaxq_s16(narrow, low), high), used);
        }
    }
}

static void compute(const MK_FLASH mk_conv *conv, const group_memory *memory, uint32_t rows, uint32_t channel, uint32_t count,
                    int8_t *out)
{
    for (uint32_t first = 0; first < count; first += LANES) {
        const uint32_t left = count - first;
        const mve_pred16_t used = vctp16q(left);
        lane_constants lanes;
        for (uint32_t i = 0; i < LANES; i++) {
            const MK_FLASH mk_channel *constants = &conv->channels[channel + first + (i < left ? i : 0)];
            lanes.bias[i % 2][i / 2] = constants->bias;
            lanes.multiplier[i % 2][i / 2] = constants->multiplier;
            lanes.shift[i % 2][i / 2] = constants->shift;
        }
        if (conv->kernel_h == 3 && conv->kernel_w == 3 && memory->step == GROUP && memory->weight_step == GROUP)
            outputs(conv, memory, &lanes, rows, 3, 3, GROUP, GROUP, first, used, out + first);
        else
            outputs(conv, memory, &lanes, rows, conv->kernel_h, conv->kernel_w, memory->step, memory->weight_step,
                    first, used, out + first);
    }
}

#else

static void compute(const MK_FLASH mk_conv *conv, const group_memory *memory, uint32_t rows, uint32_t channel, uint32_t count,
                    int8_t *out)
{
    const uint32_t row_bytes = memory->row_bytes, step = memory->step;

    for (uint32_t y = 0; y < rows; y++)
        for (uint32_t x = 0; x < conv->out_w; x++, out += conv->out_c) {
            const int8_t *window = memory->rows + y * conv->stride_h * row_bytes + x * conv->stride_w * step;
            for (uint32_t c = 0; c < count; c++) {
                const MK_FLASH mk_channel *constants = &conv->channels[channel + c];
                const int8_t *weight = memory->weights + c;
                int32_t sum = constants->bias;
                for (uint32_t ky = 0; ky < conv->kernel_h; ky++)
                    for (uint32_t kx = 0; kx < conv->kernel_w; kx++, weight += memory->weight_step)
                        sum += *weight * window[ky * row_bytes + kx * step + c];
                sum = mk_requantize(sum, constants->multiplier, constants->shift) + conv->out_zero;
                out[c] = (int8_t)mk_clamp(sum, conv->act_min, conv->act_max);
            }
        }
}

#endif

/* Input row y with its padding; in points to the group's first channel. */
static void load_row(const MK_FLASH mk_conv *conv, const int8_t *in, int32_t y, uint32_t count, int8_t *row, uint32_t columns)
{
    const uint32_t before = (uint32_t)conv->pad_left, room = columns - before;
    const uint32_t inside = conv->in_w < room ? conv->in_w : room;

    if (y < 0 || y >= conv->in_h) {
        memset(row, conv->in_zero, columns * GROUP);
        return;
    }
    memset(row, conv->in_zero, before * GROUP);
    row += before * GROUP;
    in += (uint32_t)y * conv->in_w * conv->in_c;
    for (uint32_t x = 0; x < inside; x++, row += GROUP, in += conv->in_c) {
#ifdef __ARM_FEATURE_MVE
        vstrbq_s8(row, vldrbq_z_s8(in, vctp8q(count)));
#else
        memcpy(row, in, count);
#endif
    }
    memset(row, conv->in_zero, (room - inside) * GROUP);
}

static void copied_group(const MK_FLASH mk_conv *conv, uint32_t band, uint32_t channel, uint32_t count, const int8_t *in,
                         int8_t *out, int8_t *scratch)
{
    const uint32_t taps = (uint32_t)conv->kernel_h * conv->kernel_w;
    const uint32_t keep = conv->kernel_h > conv->stride_h ? (uint32_t)conv->kernel_h - conv->stride_h : 0;
    const uint32_t columns = (conv->out_w - 1u) * conv->stride_w + conv->kernel_w, row_bytes = columns * GROUP;
    int8_t *const memory = scratch + taps * GROUP;
    const group_memory group = {scratch, memory, GROUP, GROUP, row_bytes};

    for (uint32_t tap = 0; tap < taps; tap++)
        mk_bytes_copy(scratch + tap * GROUP, conv->weights + tap * conv->out_c + channel, count);
    for (uint32_t y = 0; y < conv->out_h; y += band) {
        const uint32_t rest = conv->out_h - y, outputs_high = rest < band ? rest : band;
        const uint32_t rows = (outputs_high - 1u) * conv->stride_h + conv->kernel_h, carried = y ? keep : 0;
        if (carried)
            mk_bytes_copy(memory, memory + band * conv->stride_h * row_bytes, carried * row_bytes);
        for (uint32_t i = carried; i < rows; i++)
            load_row(conv, in + channel, (int32_t)(y * conv->stride_h + i) - conv->pad_top, count,
                     memory + i * row_bytes, columns);
        compute(conv, &group, outputs_high, channel, count, out + y * conv->out_w * conv->out_c + channel);
    }
}

void mk_depthwise_s8_lanes(const MK_FLASH mk_conv *conv, uint16_t band, const int8_t *in, int8_t *out, void *scratch)
{
    for (uint32_t n = 0; n < conv->batch; n++) {
        for (uint32_t channel = 0; channel < conv->out_c; channel += GROUP) {
            const uint32_t left = conv->out_c - channel, count = left < GROUP ? left : GROUP;
            if (band) {
                copied_group(conv, band, channel, count, in, out, scratch);
            } else {
                const group_memory group = {conv->weights + channel, in + channel, conv->out_c, conv->in_c,
                                            (uint32_t)conv->in_w * conv->in_c};
                compute(conv, &group, conv->out_h, channel, count, out + channel);
            }
        }
        in += (uint32_t)conv->in_h * conv->in_w * conv->in_c;
        out += (uint32_t)conv->out_h * conv->out_w * conv->out_c;
    }
}

#endif
