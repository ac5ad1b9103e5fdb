#include "motekit/nn_plane.h"

#include "bytes.h"
#include "dsp.h"

#ifdef MK_NN_DSP

/* Weights, and with them sums, are doubled, which saves a shift in front of SMMULR. scale is
 * 2^(32 - right shift), or 0 if the shift is not a right shift of at least 2. */
#define BIAS_FACTOR 2
#define OFFSET 0
#define SCALE(shift) ((shift) > -2 ? 0 : (int32_t)(UINT32_C(1) << (uint32_t)(32 + (shift))))

#else

/* Planes hold activations + 128, because Thumb-1 loads only unsigned numbers at a fixed distance. */
#define BIAS_FACTOR 1
#define OFFSET 128
#define SCALE(shift) (shift)

#endif

/* One direction of the walk: along the rows of a plane, or across them. */
typedef struct {
    uint32_t in, out;             /* sizes of the image and of the output */
    uint32_t in_step, out_step;   /* bytes from one to the next */
    uint32_t stride, kernel;
    uint32_t weight_step;         /* bytes from one tap of the filter to the next */
    int32_t pad;
} axis;

/* What one channel needs; the fast path reads it by offset. */
typedef struct {
    const int16_t *source;
    int8_t *out;
    uint32_t plane_row;        /* bytes from a row of the plane to the next */
    int32_t bias, multiplier, scale, out_zero;
    uint32_t out_step;
    uint32_t pair_bytes;       /* two outputs at once over so many bytes of a row */
    uint32_t single_bytes;     /* then one at a time over so many */
    uint32_t next_source, next_out; /* from the end of an output row to the start of the next */
    uint32_t rows;
    uint32_t end;
    int32_t *weights;
    uint32_t along, across, outputs; /* strides, and outputs of a row */
    uint32_t kernel_along, kernel_across;
    int32_t shift;
} channel_work;

#ifdef MK_NN_DSP

static int32_t halves(int32_t low, int32_t high)
{
    return (int32_t)(((uint32_t)low & 0xffffu) | (uint32_t)high << 16);
}

static int is_3x3(const channel_work *work)
{
    return work->kernel_along == 3 && work->kernel_across == 3 && work->along <= 2 && work->scale;
}

/* Row i of the filter, whose taps are `step` bytes apart, as words of two taps each; an odd row ends with 0.
 * A 3x3 filter has (w0, w1) and (w1, w2) instead: run_3x3 computes two neighbours at once. */
static void set_row(channel_work *work, uint32_t i, const MK_FLASH int8_t *taps, uint32_t step)
{
    const uint32_t length = work->kernel_along;
    int32_t *words = work->weights + i * ((length + 1u) / 2u);

    if (is_3x3(work)) {
        words[0] = halves(2 * taps[0], 2 * taps[step]);
        words[1] = halves(2 * taps[step], 2 * taps[2u * step]);
        return;
    }
    for (uint32_t k = 0; k < length; k += 2, taps += 2u * step)
        *words++ = halves(2 * taps[0], k + 1u < length ? 2 * taps[step] : 0);
}

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

__attribute__((naked, noinline)) static void run_3x3(MK_UNUSED channel_work *work)
{
    __asm__ volatile(
        "push {r4-r11, lr}\n"
        "sub sp, #44\n" /* the eleven words from bias on */
        "ldm r0!, {r1-r3}\n"
        "ldm r0!, {r4-r9}\n"
        "stm sp, {r4-r9}\n"
        "ldm r0!, {r4-r8}\n"
        "add r12, sp, #24\n"
        "stm r12, {r4-r8}\n"
        "ldr r0, [r0]\n"
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

/* How a window is walked; sum_four() and sum_one() read it by offset. */
typedef struct {
    uint32_t along;      /* bytes from an output's taps to the next output's */
    uint32_t pair_bytes; /* of the pairs in a row of the filter */
    uint32_t next_row;   /* bytes from their end to the next row */
    uint32_t rows;
} window_walk;

/* Adds the products of four windows to their sums, so that a pair of weights is loaded once for all. */
__attribute__((naked, noinline)) static void sum_four(MK_UNUSED const int16_t *window, MK_UNUSED const int32_t *weights,
                                                      MK_UNUSED const window_walk *walk, MK_UNUSED int32_t sums[4])
{
    __asm__ volatile(
        "push {r3-r11, lr}\n"
        "ldm r3, {r4-r7}\n"
        "ldr r12, [r2, #12]\n"
        "push {r3, r12}\n" /* [sp, #4]: rows left */
        "ldm r2, {r8, r9, r10}\n"
        "mov r2, r9\n"
        "mov r3, r10\n"
        "lsl r9, r8, #1\n"
        "add r10, r8, r9\n"
        "0:\n"
        "add r11, r0, r2\n"
        "1:\n"
        "ldr r12, [r1], #4\n"
        "ldr lr, [r0, r8]\n"
        "smlad r5, lr, r12, r5\n"
        "ldr lr, [r0, r9]\n"
        "smlad r6, lr, r12, r6\n"
        "ldr lr, [r0, r10]\n"
        "smlad r7, lr, r12, r7\n"
        "ldr lr, [r0], #4\n"
        "smlad r4, lr, r12, r4\n"
        "cmp r0, r11\n"
        "bne 1b\n"
        "add r0, r3\n"
        "ldr r12, [sp, #4]\n"
        "subs r12, #1\n"
        "str r12, [sp, #4]\n"
        "bne 0b\n"
        "pop {r3, r12}\n"
        "stm r3, {r4-r7}\n"
        "pop {r3-r11, pc}\n");
}

/* The sum of one window, added to `sum`. */
__attribute__((naked, noinline)) static int32_t sum_one(MK_UNUSED const int16_t *window, MK_UNUSED const int32_t *weights,
                                                        MK_UNUSED const window_walk *walk, MK_UNUSED int32_t sum)
{
    __asm__ volatile(
        "push {r4-r8, lr}\n"
        "ldr r4, [r2, #4]\n"
        "ldrd r5, r6, [r2, #8]\n"
        "0:\n"
        "add r7, r0, r4\n"
        "1:\n"
        "ldr r12, [r1], #4\n"
        "ldr lr, [r0], #4\n"
        "smlad r3, lr, r12, r3\n"
        "cmp r0, r7\n"
        "bne 1b\n"
        "add r0, r5\n"
        "subs r6, #1\n"
        "bne 0b\n"
        "mov r0, r3\n"
        "pop {r4-r8, pc}\n");
}

/* in a function of its own: the compiler needs all registers for its loop */
__attribute__((noinline)) static void run_any(const channel_work *work)
{
    const uint32_t next = work->across * (work->plane_row / 2u) - work->outputs * work->along;
    const uint32_t pair_bytes = (work->kernel_along + 1u) / 2u * 4u;
    const window_walk walk = {2u * work->along, pair_bytes, work->plane_row - pair_bytes, work->kernel_across};
    /* copies, because what is written through out might be part of *work */
    const int32_t bias = work->bias, multiplier = work->multiplier, scale = work->scale, zero = work->out_zero;
    const int32_t *const weights = work->weights;
    const uint32_t step = work->out_step, along = work->along;
    const int16_t *window = work->source;
    int8_t *out = work->out;

    for (uint32_t y = work->rows; y; y--) {
        uint32_t left = work->outputs;
        for (; left >= 4; left -= 4, window += 4u * along) {
            int32_t sums[4] = {bias, bias, bias, bias};
            sum_four(window, weights, &walk, sums);
            for (uint32_t i = 0; i < 4; i++, out += step)
                *out = mk_narrow_twice(sums[i], multiplier, scale, zero);
        }
        for (; left; left--, window += along, out += step)
            *out = mk_narrow_twice(sum_one(window, weights, &walk, bias), multiplier, scale, zero);
        window += next;
        out += (int32_t)work->next_out;
    }
}

/* Any shift: rare, so that nothing is gained by computing several outputs at once. */
__attribute__((noinline)) static void run_shifted(const channel_work *work)
{
    const uint32_t next = work->across * (work->plane_row / 2u) - work->outputs * work->along;
    const uint32_t pair_bytes = (work->kernel_along + 1u) / 2u * 4u;
    const window_walk walk = {0, pair_bytes, work->plane_row - pair_bytes, work->kernel_across};
    const int16_t *window = work->source;
    int8_t *out = work->out;

    for (uint32_t y = work->rows; y; y--, window += next, out += (int32_t)work->next_out)
        for (uint32_t left = work->outputs; left; left--, window += work->along, out += work->out_step) {
            const int32_t sum = sum_one(window, work->weights, &walk, work->bias) / 2;
            *out = mk_ssat8(mk_requantize(sum, work->multiplier, work->shift) + work->out_zero);
        }
}

static void run(channel_work *work)
{
    if (is_3x3(work))
        run_3x3(work);
    else if (work->scale)
        run_any(work);
    else
        run_shifted(work);
}

/* Pixels of four channels, `count` of them `step` bytes apart, into a row of each of four planes. */
static void spread(const int8_t *in, uint32_t step, uint32_t count, int16_t *row, uint32_t plane, uint32_t channels)
{
    int16_t *rows[4] = {row, row + plane, row + 2u * plane, row + 3u * plane};

    (void)channels; /* the fourth byte is read and spread even where the image has no such channel */
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

static void set_row(channel_work *work, uint32_t i, const MK_FLASH int8_t *taps, uint32_t step)
{
    int32_t *words = work->weights + i * work->kernel_along;

    for (uint32_t k = 0; k < work->kernel_along; k++, taps += step) {
        words[k] = *taps;
        work->bias -= OFFSET * *taps;
    }
}

static inline int8_t narrow(const channel_work *work, int32_t sum)
{
    sum = mk_requantize(sum, work->multiplier, work->scale) + work->out_zero;
    return (int8_t)mk_clamp(sum, INT8_MIN, INT8_MAX);
}

static void run_3x3(const channel_work *work)
{
    const uint32_t row = work->plane_row / (uint32_t)sizeof(uint16_t), along = work->along;
    const uint32_t next = work->across * row - work->outputs * along;
    const uint16_t *top = (const uint16_t *)work->source, *middle = top + row, *bottom = middle + row;
    const int32_t *const w = work->weights;
    int8_t *out = work->out;

    for (uint32_t y = work->rows; y; y--) {
        for (uint32_t x = work->outputs; x; x--) {
            int32_t sum = work->bias;
            sum += w[0] * top[0] + w[1] * top[1] + w[2] * top[2];
            sum += w[3] * middle[0] + w[4] * middle[1] + w[5] * middle[2];
            sum += w[6] * bottom[0] + w[7] * bottom[1] + w[8] * bottom[2];
            *out = narrow(work, sum);
            out += work->out_step;
            top += along;
            middle += along;
            bottom += along;
        }
        top += next;
        middle += next;
        bottom += next;
        out += (int32_t)work->next_out;
    }
}

static void run_any(const channel_work *work)
{
    const uint32_t row = work->plane_row / (uint32_t)sizeof(uint16_t), length = work->kernel_along;
    const uint32_t next = work->across * row - work->outputs * work->along;
    const uint16_t *window = (const uint16_t *)work->source;
    int8_t *out = work->out;

    for (uint32_t y = work->rows; y; y--) {
        for (uint32_t x = work->outputs; x; x--, window += work->along, out += work->out_step) {
            const int32_t *weight = work->weights;
            const uint16_t *taps = window;
            int32_t sum = work->bias;
            for (uint32_t ky = work->kernel_across; ky; ky--, taps += row - length)
                for (const uint16_t *const end = taps + length; taps < end;)
                    sum += *weight++ * *taps++;
            *out = narrow(work, sum);
        }
        window += next;
        out += (int32_t)work->next_out;
    }
}

static void run(const channel_work *work)
{
    if (work->kernel_along == 3 && work->kernel_across == 3)
        run_3x3(work);
    else
        run_any(work);
}

static void spread(const int8_t *in, uint32_t step, uint32_t count, int16_t *row, uint32_t plane, uint32_t channels)
{
    for (; count; count--, in += step, row++) {
        int16_t *to = row;
        for (uint32_t c = 0; c < channels; c++, to += plane)
            *to = (int16_t)(in[c] + OFFSET);
    }
}

#endif

/* Everything about a channel that does not change from band to band. */
static void prepare(const MK_FLASH mk_conv *conv, const axis *along, const axis *across, uint32_t c, channel_work *work)
{
    const MK_FLASH mk_channel *channel = &conv->channels[c];

    work->multiplier = channel->multiplier;
    work->bias = BIAS_FACTOR * channel->bias;
    work->shift = channel->shift;
    work->scale = SCALE(channel->shift);
    for (uint32_t i = 0; i < across->kernel; i++)
        set_row(work, i, conv->weights + c + i * across->weight_step, along->weight_step);
}

typedef struct {
    axis along, across;
    int32_t *weights; /* of one channel */
    int16_t *planes;
    uint32_t width, plane; /* int16 in a row and in a plane */
    uint32_t band;
    uint32_t multiplier;   /* output channels an input channel */
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

/* Input channels first..first + 3; in points to the first, out to channel 0. */
__attribute__((noinline)) static void four_channels(const MK_FLASH mk_conv *conv, const walk *w, uint32_t first, const int8_t *in, int8_t *out)
{
    const axis *along = &w->along, *across = &w->across;
    const uint32_t left = conv->in_c - first, channels = left < 4 ? left : 4;
    const uint32_t keep = across->kernel > across->stride ? across->kernel - across->stride : 0;
    channel_work work;

    work.weights = w->weights;
    work.kernel_along = along->kernel;
    work.kernel_across = across->kernel;
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
                mk_bytes_copy(plane, plane + w->band * across->stride * w->width, keep * work.plane_row);
            }
        load_band(w, in, y, (outputs - 1u) * across->stride + across->kernel, y ? keep : 0, channels);
        work.rows = outputs;
        for (uint32_t c = 0; c < channels * w->multiplier; c++) {
            const uint32_t channel = first * w->multiplier + c;
            prepare(conv, along, across, channel, &work);
            work.source = w->planes + c / w->multiplier * w->plane;
            work.out = out + y * across->out_step + channel;
            run(&work);
        }
    }
}

/* Dilation d makes d networks of every d-th pixel that have nothing to do with each other: `phase` of the outputs
 * reads one of the inputs. What is left is an axis without dilation; returns its first pixel. */
static uint32_t take_phase(axis *a, uint32_t dilation, uint32_t phase, uint32_t *out_first)
{
    const uint32_t pad = (uint32_t)a->pad, first = (phase + dilation - pad % dilation) % dilation;

    *out_first = phase * a->out_step;
    a->pad = (int32_t)((pad + first - phase) / dilation);
    a->in = a->in > first ? (a->in - first + dilation - 1u) / dilation : 0;
    a->out = (a->out - phase + dilation - 1u) / dilation;
    const uint32_t in_first = first * a->in_step;
    a->in_step *= dilation;
    a->out_step *= dilation;
    return in_first;
}

static void one_image(const MK_FLASH mk_conv *conv, walk *w, const int8_t *in, int8_t *out)
{
    w->width = ((w->along.out - 1u) * w->along.stride + w->along.kernel + 2u) & ~1u;
    w->plane = w->width * ((w->band - 1u) * w->across.stride + w->across.kernel);
    /* rows have an even number of elements */
    const int16_t pair[2] = {w->in_zero, w->in_zero};
    for (uint32_t i = 0; i < 4u * w->plane; i += 2)
        memcpy(w->planes + i, pair, sizeof pair);
    for (uint32_t c = 0; c < conv->in_c; c += 4)
        four_channels(conv, w, c, in + c, out);
}

void mk_depthwise_s8_plane(const MK_FLASH mk_conv *conv, const MK_FLASH mk_plane *plane, const int8_t *in, int8_t *out,
                           void *scratch)
{
    const uint32_t in_c = conv->in_c, out_c = conv->out_c;
    const axis whole_x = {conv->in_w, conv->out_w, in_c, out_c, conv->stride_w, conv->kernel_w, out_c, conv->pad_left};
    const axis whole_y = {conv->in_h, conv->out_h, in_c * conv->in_w, out_c * conv->out_w, conv->stride_h,
                          conv->kernel_h, (uint32_t)conv->kernel_w * out_c, conv->pad_top};
    const uint32_t taps = (uint32_t)conv->kernel_h * conv->kernel_w;
    const uint32_t bytes = (uint32_t)conv->out_h * conv->out_w * out_c;
    walk w = {.weights = scratch, .band = plane->band, .multiplier = out_c / in_c,
              .in_zero = (int16_t)(conv->in_zero + OFFSET)};

    w.planes = (int16_t *)(void *)(w.weights + taps);
    for (uint32_t n = 0; n < conv->batch; n++, in += (uint32_t)conv->in_h * conv->in_w * in_c, out += bytes) {
        for (uint32_t py = 0; py < conv->dilation_h && py < conv->out_h; py++)
            for (uint32_t px = 0; px < conv->dilation_w && px < conv->out_w; px++) {
                axis x = whole_x, y = whole_y;
                uint32_t out_x, out_y;
                const int8_t *const source = in + take_phase(&x, conv->dilation_w, px, &out_x) +
                                             take_phase(&y, conv->dilation_h, py, &out_y);
                w.along = plane->transpose ? y : x;
                w.across = plane->transpose ? x : y;
                one_image(conv, &w, source, out + out_x + out_y);
            }
        if (conv->act_min > INT8_MIN || conv->act_max < INT8_MAX)
            for (uint32_t i = 0; i < bytes; i++)
                out[i] = (int8_t)mk_clamp(out[i], conv->act_min, conv->act_max);
    }
}
