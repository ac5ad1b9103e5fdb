#include "motekit/nn_plane.h"

#include <string.h>

#if defined(__ARM_FEATURE_DSP) && defined(__thumb2__)
#define PLANE_DSP 1
#endif

/* One direction of the walk: along the rows of a plane, or across them. */
typedef struct {
    uint32_t in, out;             /* sizes of the image and of the output */
    uint32_t in_step, out_step;   /* bytes from one to the next */
    uint32_t stride, weight_step; /* weight_step: bytes from one tap to the next */
    int32_t pad;
} axis;

/* What one channel needs; the fast path reads it by offset. */
typedef struct {
    const int16_t *source;
    int8_t *out;
    uint32_t plane_row;        /* bytes from a row of the plane to the next */
    int32_t twice_bias, multiplier, scale, out_zero;
    uint32_t out_step;
    uint32_t pair_bytes;       /* two outputs at once over so many bytes of a row */
    uint32_t single_bytes;     /* then one at a time over so many */
    uint32_t next_source, next_out; /* from the end of an output row to the start of the next */
    uint32_t rows;
    uint32_t end;
    int32_t weights[6];        /* (2 w0, 2 w1) and (2 w1, 2 w2) of the filter's three rows */
    uint32_t along, across, outputs; /* strides and outputs a row, for the plain path */
} channel_work;

#ifdef PLANE_DSP

/* twice a sum to its byte, rounded as mk_requantize does: scale in lr, out_zero in r12 */
#define NARROW(sum) \
    "add " sum ", " sum ", " sum ", asr #31\n" "smmlar " sum ", " sum ", lr, r12\n" "ssat " sum ", #8, " sum "\n"

/* x0 x1 x2 x3 from a row: the first output takes x0..x2, the second x1..x3 */
#define PAIR_ROW(source, w01, w12) \
    "ldrd r12, lr, [" source "], #4\n" \
    "smlad r10, r12, " w01 ", r10\n" "smlabt r10, lr, " w12 ", r10\n" \
    "smlatb r11, r12, " w01 ", r11\n" "smlad r11, lr, " w12 ", r11\n"

#define SINGLE_ROW(source, w01, w12) \
    "ldrd r12, lr, [" source "], #4\n" "smlad r10, r12, " w01 ", r10\n" "smlabt r10, lr, " w12 ", r10\n"

__attribute__((naked, noinline)) static void run(__attribute__((unused)) channel_work *work)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #44\n" /* the eleven words from twice_bias on */
        "ldm r0!, {r1-r3}\n"
        "ldm r0!, {r4-r9}\n"
        "stm sp, {r4-r9}\n"
        "ldm r0!, {r4-r8}\n"
        "add r12, sp, #24\n"
        "stm r12, {r4-r8}\n"
        "ldm r0, {r4-r9}\n"
        "mov r0, r1\n"  /* source */
        "mov r12, r3\n" /* plane_row */
        "mov r3, r2\n"  /* out */
        "add r1, r0, r12\n"
        "add r2, r1, r12\n"

        "1:\n"
        "ldr r12, [sp, #20]\n"
        "cmp r12, #0\n"
        "beq 3f\n"
        "add r12, r0\n"
        "str r12, [sp, #40]\n"
        "2:\n"
        "ldr r10, [sp]\n"
        "mov r11, r10\n"
        PAIR_ROW("r0", "r4", "r5") PAIR_ROW("r1", "r6", "r7") PAIR_ROW("r2", "r8", "r9")
        "ldrd r12, lr, [sp, #4]\n"
        "smmulr r10, r10, r12\n"
        "smmulr r11, r11, r12\n"
        "ldr r12, [sp, #12]\n"
        NARROW("r10") NARROW("r11")
        "ldr r12, [sp, #16]\n"
        "strb r10, [r3]\n"
        "strb r11, [r3, r12]\n"
        "add r3, r3, r12, lsl #1\n"
        "ldr r12, [sp, #40]\n"
        "cmp r0, r12\n"
        "bne 2b\n"

        "3:\n"
        "ldr r12, [sp, #24]\n"
        "cmp r12, #0\n"
        "beq 5f\n"
        "add r12, r0\n"
        "str r12, [sp, #40]\n"
        "4:\n"
        "ldr r10, [sp]\n"
        SINGLE_ROW("r0", "r4", "r5") SINGLE_ROW("r1", "r6", "r7") SINGLE_ROW("r2", "r8", "r9")
        "ldrd r12, lr, [sp, #4]\n"
        "smmulr r10, r10, r12\n"
        "ldr r12, [sp, #12]\n"
        NARROW("r10")
        "ldr r12, [sp, #16]\n"
        "strb r10, [r3]\n"
        "add r3, r12\n"
        "ldr r12, [sp, #40]\n"
        "cmp r0, r12\n"
        "bne 4b\n"

        "5:\n"
        "ldrd r12, lr, [sp, #28]\n"
        "add r0, r12\n"
        "add r1, r12\n"
        "add r2, r12\n"
        "add r3, lr\n"
        "ldr r12, [sp, #36]\n"
        "subs r12, #1\n"
        "str r12, [sp, #36]\n"
        "bne 1b\n"
        "add sp, #44\n"
        "pop {r4-r11, pc}\n");
}

/* Pixels of four channels, `count` of them `step` bytes apart, into a row of each of four planes. */
static void spread(const int8_t *in, uint32_t step, uint32_t count, int16_t *row, uint32_t plane, uint32_t channels)
{
    (void)channels; /* the fourth byte is read and spread even where the image has no such channel */
    int16_t *rows[4] = {row, row + plane, row + 2u * plane, row + 3u * plane};

    for (; count >= 2; count -= 2) {
        int32_t first, second, low, high, pair;
        memcpy(&first, in, 4);
        memcpy(&second, in + step, 4);
        in += 2u * step;
        __asm__("pkhbt %0, %1, %2, lsl #16" : "=r"(low) : "r"(first), "r"(second));
        __asm__("pkhtb %0, %1, %2, asr #16" : "=r"(high) : "r"(second), "r"(first));
        __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(low));
        memcpy(rows[0], &pair, 4);
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(low));
        memcpy(rows[1], &pair, 4);
        __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(high));
        memcpy(rows[2], &pair, 4);
        __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(high));
        memcpy(rows[3], &pair, 4);
        rows[0] += 2;
        rows[1] += 2;
        rows[2] += 2;
        rows[3] += 2;
    }
    if (count)
        for (uint32_t c = 0; c < 4; c++)
            *rows[c] = in[c];
}

#else

static int8_t narrow(const channel_work *work, int32_t twice)
{
    const int32_t high = (int32_t)(((int64_t)twice * work->multiplier + (INT64_C(1) << 31)) >> 32);
    const int64_t product = (int64_t)(high - (high < 0)) * work->scale + (INT64_C(1) << 31);
    return (int8_t)mk_clamp((int32_t)(product >> 32) + work->out_zero, INT8_MIN, INT8_MAX);
}

static void run(const channel_work *work)
{
    const uint32_t row = work->plane_row / (uint32_t)sizeof(int16_t);
    const int16_t *source = work->source;
    int8_t *out = work->out;
    int32_t weights[3][3];

    for (uint32_t i = 0; i < 3; i++) {
        weights[i][0] = (int16_t)(work->weights[2u * i] & 0xffff);
        weights[i][1] = (int16_t)(work->weights[2u * i + 1u] & 0xffff);
        weights[i][2] = work->weights[2u * i + 1u] >> 16;
    }
    for (uint32_t y = 0; y < work->rows; y++, source += row * work->across) {
        const int16_t *window = source;
        for (uint32_t x = 0; x < work->outputs; x++, window += work->along, out += work->out_step) {
            int32_t twice = work->twice_bias;
            for (uint32_t i = 0; i < 3; i++)
                for (uint32_t j = 0; j < 3; j++)
                    twice += weights[i][j] * window[i * row + j];
            *out = narrow(work, twice);
        }
        out += (int32_t)work->next_out;
    }
}

static void spread(const int8_t *in, uint32_t step, uint32_t count, int16_t *row, uint32_t plane, uint32_t channels)
{
    for (uint32_t i = 0; i < count; i++, in += step, row++)
        for (uint32_t c = 0; c < channels; c++)
            row[c * plane] = in[c];
}

#endif

static int32_t halves(int32_t low, int32_t high)
{
    return (int32_t)(((uint32_t)low & 0xffffu) | (uint32_t)high << 16);
}

/* Everything about a channel that does not change from band to band. */
static void prepare(const mk_conv *conv, const axis *along, const axis *across, uint32_t c, channel_work *work)
{
    const mk_channel *channel = &conv->channels[c];

    work->twice_bias = 2 * channel->bias;
    work->multiplier = channel->multiplier;
    work->scale = (int32_t)(UINT32_C(1) << (uint32_t)(32 + channel->shift));
    for (uint32_t i = 0; i < 3; i++) {
        const int8_t *weight = conv->weights + c + i * across->weight_step;
        const int32_t w0 = weight[0], w1 = weight[along->weight_step], w2 = weight[2u * along->weight_step];
        work->weights[2u * i] = halves(2 * w0, 2 * w1);
        work->weights[2u * i + 1u] = halves(2 * w1, 2 * w2);
    }
}

typedef struct {
    axis along, across;
    int16_t *planes;
    uint32_t width, plane; /* int16 in a row and in a plane */
    uint32_t band;
    int16_t in_zero;
} walk;

/* Copies the input rows of a band into the planes; the first `carried` are there already. */
static void load_band(const walk *w, const int8_t *in, uint32_t first_output, uint32_t rows, uint32_t carried,
                      uint32_t channels)
{
    const axis *along = &w->along, *across = &w->across;
    const uint32_t room = w->width - (uint32_t)along->pad;
    const uint32_t columns = along->in < room ? along->in : room;
    int32_t y = (int32_t)(first_output * across->stride + carried) - across->pad;

    for (uint32_t i = carried; i < rows; i++, y++) {
        int16_t *row = w->planes + i * w->width;
        if (y >= 0 && y < (int32_t)across->in) {
            spread(in + (uint32_t)y * across->in_step, along->in_step, columns, row + along->pad, w->plane, channels);
        } else if (w->band < across->out) { /* a single band keeps the padding it was filled with */
            for (uint32_t c = 0; c < channels; c++, row += w->plane)
                for (uint32_t x = 0; x < w->width; x++)
                    row[x] = w->in_zero;
        }
    }
}

static void four_channels(const mk_conv *conv, const walk *w, uint32_t first, const int8_t *in, int8_t *out)
{
    const axis *along = &w->along, *across = &w->across;
    const uint32_t left = conv->out_c - first, channels = left < 4 ? left : 4;
    const uint32_t keep = 3u - across->stride;
    channel_work work;

    work.plane_row = 2u * w->width;
    work.out_zero = conv->out_zero;
    work.out_step = along->out_step;
    work.pair_bytes = along->stride == 1 ? along->out / 2u * 4u : 0;
    work.single_bytes = along->stride == 1 ? along->out % 2u * 4u : along->out * 4u;
    work.next_source = across->stride * work.plane_row - work.pair_bytes - work.single_bytes;
    work.next_out = across->out_step - along->out * along->out_step;
    work.along = along->stride;
    work.across = across->stride;
    work.outputs = along->out;

    for (uint32_t y = 0; y < across->out; y += w->band) {
        const uint32_t rest = across->out - y, outputs = rest < w->band ? rest : w->band;
        if (y)
            for (uint32_t c = 0; c < channels; c++) {
                int16_t *plane = w->planes + c * w->plane;
                memmove(plane, plane + w->band * across->stride * w->width, keep * work.plane_row);
            }
        load_band(w, in, y, (outputs - 1u) * across->stride + 3u, y ? keep : 0, channels);
        work.rows = outputs;
        for (uint32_t c = 0; c < channels; c++) {
            prepare(conv, along, across, first + c, &work);
            work.source = w->planes + c * w->plane;
            work.out = out + y * across->out_step + c;
            run(&work);
        }
    }
}

void mk_depthwise3x3_s8(const mk_conv *conv, const mk_plane *plane, const int8_t *in, int8_t *out, void *scratch)
{
    const uint32_t in_c = conv->in_c, out_c = conv->out_c;
    const axis x = {conv->in_w, conv->out_w, in_c, out_c, conv->stride_w, out_c, conv->pad_left};
    const axis y = {conv->in_h, conv->out_h, in_c * conv->in_w, out_c * conv->out_w, conv->stride_h, 3u * out_c,
                    conv->pad_top};
    walk w = {plane->transpose ? y : x, plane->transpose ? x : y, scratch, 0, 0, plane->band, conv->in_zero};
    const uint32_t bytes = conv->out_h * (uint32_t)conv->out_w * out_c;

    w.width = ((w.along.out - 1u) * w.along.stride + 5u) & ~1u;
    w.plane = w.width * ((w.band - 1u) * w.across.stride + 3u);
    for (uint32_t i = 0; i < 4u * w.plane; i++)
        w.planes[i] = w.in_zero;
    for (uint32_t n = 0; n < conv->batch; n++, in += conv->in_h * (uint32_t)conv->in_w * in_c, out += bytes) {
        for (uint32_t c = 0; c < out_c; c += 4)
            four_channels(conv, &w, c, in + c, out + c);
        if (conv->act_min > INT8_MIN || conv->act_max < INT8_MAX)
            for (uint32_t i = 0; i < bytes; i++)
                out[i] = (int8_t)mk_clamp(out[i], conv->act_min, conv->act_max);
    }
}
