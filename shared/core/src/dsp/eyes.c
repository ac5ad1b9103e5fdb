#include "motekit/dsp_eyes.h"

#include <math.h>

#define CELLS (MK_EYES_COLUMNS / 2u) /* a cell is half the distance of the eyes over so many */
#define SHIFTS 4                     /* steps of 3 pixels to either side */
#define HALF_COLUMNS 39              /* 2 x 19.5: from the middle to the outermost cell, in half cells */

/* sizes tried one a frame while the eyes are lost, 1/256 */
static const int32_t SIZES[5] = {256, 222, 295, 192, 340};

static int within(const mk_eyes_place *place, const mk_image *frame)
{
    return place->x >= 0 && place->y >= 0 && place->x < (int32_t)frame->width << 8 &&
           place->y < (int32_t)frame->height << 8;
}

static void learn(mk_eyes *eyes)
{
    eyes->sum = eyes->squares = 0;
    for (uint32_t row = 0; row < MK_EYES_ROWS; row += 2)
        for (uint32_t column = 0; column < MK_EYES_COLUMNS; column += 2) {
            const int32_t value = eyes->face[row * MK_EYES_COLUMNS + column];
            eyes->sum += value;
            eyes->squares += value * value;
        }
}

mk_status mk_eyes_init(mk_eyes *eyes, const mk_eyes_config *config)
{
    if (!eyes || !config || !config->face || config->width < 64 || config->width > 320 || config->height < 48 ||
        config->height > 240 || config->width % 2u || config->height % 2u || config->reach_x > config->width ||
        config->reach_y > config->height || config->least < 0 || config->least > 4096 || config->line < 0)
        return MK_ERR_ARG;
    const mk_eyes_place *const p = &config->expected;
    const int64_t length = (int64_t)p->dx * p->dx + (int64_t)p->dy * p->dy;
    /* the eyes 12 pixels apart at least, and no wider apart than half the frame */
    if (p->dx <= 0 || length < 1536 * 1536 || length > (int64_t)config->width * config->width * 4096 ||
        !within(p, &(mk_image){0, config->width, config->height, config->width}))
        return MK_ERR_ARG;
    eyes->config = config;
    mk_eyes_reset(eyes);
    return MK_OK;
}

void mk_eyes_reset(mk_eyes *eyes)
{
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        eyes->face[i] = eyes->config->face[i];
    learn(eyes);
    eyes->place = eyes->config->expected;
    eyes->correlation = 0;
    eyes->found = eyes->own = eyes->turn = 0;
}

static int32_t limit(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* Pixel of a cell; `shift` 8 for the frame, 9 for the one of half its size. Edges are held. */
static uint8_t pixel(const mk_image *image, int32_t x, int32_t y, int shift)
{
    const int32_t column = limit(x >> shift, image->width - 1), row = limit(y >> shift, image->height - 1);
    return image->pixels[row * image->stride + column];
}

/* Normalised correlation of every second cell of every second row, 1/4096. */
static int32_t correlate(const mk_eyes *eyes, const mk_image *image, int shift, const mk_eyes_place *p)
{
    const int32_t ax = p->dx / (int32_t)(CELLS / 2u), ay = p->dy / (int32_t)(CELLS / 2u);
    int32_t x = p->x - (HALF_COLUMNS * ax) / 2 + MK_EYES_ABOVE * ay;
    int32_t y = p->y - (HALF_COLUMNS * ay) / 2 - MK_EYES_ABOVE * ax;
    const int32_t low = 0, right = (int32_t)image->width << shift, bottom = (int32_t)image->height << shift;
    const int32_t wx = (MK_EYES_COLUMNS - 2) * ax, wy = (MK_EYES_COLUMNS - 2) * ay;
    const int32_t hx = -(MK_EYES_ROWS - 2) * ay, hy = (MK_EYES_ROWS - 2) * ax;
    int inside = 1;
    for (uint32_t corner = 0; corner < 4; corner++) {
        const int32_t cx = x + (corner & 1u ? wx : 0) + (corner & 2u ? hx : 0);
        const int32_t cy = y + (corner & 1u ? wy : 0) + (corner & 2u ? hy : 0);
        inside &= cx >= low && cy >= low && cx < right && cy < bottom;
    }
    const int8_t *face = eyes->face;
    const uint8_t *const pixels = image->pixels;
    const int32_t stride = image->stride;
    int32_t sum = 0, squares = 0, products = 0;
    for (uint32_t row = 0; row < MK_EYES_ROWS; row += 2) {
        int32_t at_x = x, at_y = y;
        for (uint32_t column = 0; column < MK_EYES_COLUMNS; column += 2) {
            const int32_t value = inside ? pixels[(at_y >> shift) * stride + (at_x >> shift)]
                                         : pixel(image, at_x, at_y, shift);
            sum += value;
            squares += value * value;
            products += value * face[column];
            at_x += 2 * ax;
            at_y += 2 * ay;
        }
        face += 2 * MK_EYES_COLUMNS;
        x -= 2 * ay;
        y += 2 * ax;
    }
    const int64_t n = MK_EYES_CELLS / 4;
    const int64_t seen = n * squares - (int64_t)sum * sum, known = n * eyes->squares - (int64_t)eyes->sum * eyes->sum;
    if (seen <= 0 || known <= 0)
        return 0;
    const float covariance = (float)(n * products - (int64_t)sum * eyes->sum);
    return (int32_t)(covariance / (sqrtf((float)seen) * sqrtf((float)known)) * 4096.0f);
}

static void try_place(const mk_eyes *eyes, const mk_image *image, int shift, const mk_eyes_place *p,
                      mk_eyes_place *best, int32_t *highest)
{
    const int32_t correlation = correlate(eyes, image, shift, p);
    if (correlation > *highest) {
        *highest = correlation;
        *best = *p;
    }
}

static void try_shifts(const mk_eyes *eyes, const mk_image *image, int shift, int32_t step, int32_t reach_x,
                       int32_t reach_y, mk_eyes_place *best, int32_t *highest)
{
    const mk_eyes_place start = *best;
    for (int32_t j = -reach_y; j <= reach_y; j++)
        for (int32_t i = -reach_x; i <= reach_x; i++) {
            const mk_eyes_place p = {start.x + i * step, start.y + j * step, start.dx, start.dy};
            if (within(&p, image) || shift == 9)
                try_place(eyes, image, shift, &p, best, highest);
        }
}

/* Sizes and tilts around the best so far; `step` in 1/256 of the size, and in 1/256 of a radian. */
static void try_forms(const mk_eyes *eyes, const mk_image *image, int shift, int32_t step, mk_eyes_place *best,
                      int32_t *highest)
{
    const mk_eyes_place start = *best;
    for (int32_t size = -1; size <= 1; size++)
        for (int32_t tilt = -1; tilt <= 1; tilt++) {
            if (size == 0 && tilt == 0)
                continue;
            mk_eyes_place p = start;
            p.dx += (size * step * start.dx - tilt * step * start.dy) / 256;
            p.dy += (size * step * start.dy + tilt * step * start.dx) / 256;
            try_place(eyes, image, shift, &p, best, highest);
        }
}

/* Within what the mount allows: sizes 0.7 to 1.4, tilt to about 25 degrees, centre within reach. */
static int plausible(const mk_eyes *eyes)
{
    const mk_eyes_place *const e = &eyes->config->expected, *const p = &eyes->place;
    const int64_t expected = (int64_t)e->dx * e->dx + (int64_t)e->dy * e->dy;
    const int64_t length = (int64_t)p->dx * p->dx + (int64_t)p->dy * p->dy;
    const int64_t along = (int64_t)e->dx * p->dx + (int64_t)e->dy * p->dy;
    const int64_t across = (int64_t)e->dx * p->dy - (int64_t)e->dy * p->dx;
    const int32_t x = p->x - e->x, y = p->y - e->y;
    return length * 100 >= expected * 49 && length * 100 <= expected * 196 && along > 0 &&
           (across < 0 ? -across : across) * 100 <= along * 47 && (x < 0 ? -x : x) <= (eyes->config->reach_x + 8) << 8 &&
           (y < 0 ? -y : y) <= (eyes->config->reach_y + 8) << 8;
}

/* A dark line where an eye is, with brighter cheek below it: the projection of the eye's zone on the vertical. */
static int has_line(const mk_eyes *eyes, const mk_image *frame, int32_t side)
{
    const mk_eyes_place *const p = &eyes->place;
    const int32_t ax = p->dx / (int32_t)(CELLS / 2u), ay = p->dy / (int32_t)(CELLS / 2u);
    const int32_t cx = p->x + side * p->dx, cy = p->y + side * p->dy;
    int32_t rows[13], darkest = INT32_MAX, below = 0, sum = 0, squares = 0;
    for (int32_t row = 0; row < 13; row++) {
        rows[row] = 0;
        for (int32_t column = -4; column <= 4; column++) {
            const int32_t value =
                pixel(frame, cx + column * ax - (row - 5) * ay, cy + column * ay + (row - 5) * ax, 8);
            rows[row] += value;
            sum += value;
            squares += value * value;
        }
    }
    /* the line may lie 2 cells above or 3 below where the eye is */
    for (int32_t row = 3; row <= 8; row++)
        darkest = rows[row] < darkest ? rows[row] : darkest;
    for (int32_t row = 9; row < 13; row++)
        below = rows[row] > below ? rows[row] : below;
    const int64_t n = 13 * 9, spread = n * squares - (int64_t)sum * sum;
    const float deviation = sqrtf((float)(spread > 0 ? spread : 0)) / (float)n;
    return (float)(below - darkest) * 256.0f > 9.0f * (float)eyes->config->line * deviation && deviation > 1.0f;
}

static void halve(const mk_image *frame, const mk_image *half)
{
    for (uint32_t y = 0; y < half->height; y++) {
        const uint8_t *const upper = frame->pixels + 2 * y * frame->stride, *const lower = upper + frame->stride;
        for (uint32_t x = 0; x < half->width; x++)
            half->pixels[y * half->stride + x] =
                (uint8_t)(((uint32_t)upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2u) >> 2);
    }
}

static void take_face(mk_eyes *eyes, const mk_image *frame)
{
    const mk_eyes_place *const p = &eyes->place;
    const int32_t ax = p->dx / (int32_t)(CELLS / 2u), ay = p->dy / (int32_t)(CELLS / 2u);
    int32_t x = p->x - (HALF_COLUMNS * ax) / 2 + MK_EYES_ABOVE * ay;
    int32_t y = p->y - (HALF_COLUMNS * ay) / 2 - MK_EYES_ABOVE * ax;
    for (uint32_t row = 0; row < MK_EYES_ROWS; row++, x -= ay, y += ax)
        for (int32_t column = 0; column < MK_EYES_COLUMNS; column++)
            eyes->face[row * MK_EYES_COLUMNS + (uint32_t)column] =
                (int8_t)(pixel(frame, x + column * ax, y + column * ay, 8) - 128);
    eyes->own = 1;
    learn(eyes);
}

mk_status mk_eyes_calibrate(mk_eyes *eyes, const mk_image *frame, const mk_eyes_place *place)
{
    if (frame->width != eyes->config->width || frame->height != eyes->config->height || !within(place, frame))
        return MK_ERR_ARG;
    eyes->place = *place;
    take_face(eyes, frame);
    eyes->found = 1;
    return MK_OK;
}

int mk_eyes_find(mk_eyes *eyes, const mk_image *frame, uint8_t *half_pixels)
{
    const mk_eyes_config *const config = eyes->config;
    const mk_image half = {half_pixels, (uint16_t)(frame->width / 2u), (uint16_t)(frame->height / 2u),
                           (uint16_t)(frame->width / 2u)};
    mk_eyes_place best = eyes->place;
    int32_t highest = -4097;
    halve(frame, &half);
    if (eyes->found) {
        try_shifts(eyes, &half, 9, 3 << 8, SHIFTS, SHIFTS, &best, &highest);
    } else {
        const int32_t size = SIZES[eyes->turn];
        eyes->turn = (uint8_t)((eyes->turn + 1u) % 5u);
        best = config->expected;
        best.dx = best.dx * size / 256;
        best.dy = best.dy * size / 256;
        try_shifts(eyes, &half, 9, 4 << 8, config->reach_x / 4, config->reach_y / 4, &best, &highest);
    }
    try_forms(eyes, &half, 9, 18, &best, &highest);
    try_shifts(eyes, &half, 9, 384, 1, 1, &best, &highest);
    try_forms(eyes, &half, 9, 9, &best, &highest);
    highest = -4097;
    try_shifts(eyes, frame, 8, 256, 1, 1, &best, &highest);
    try_forms(eyes, frame, 8, 6, &best, &highest);
    try_shifts(eyes, frame, 8, 128, 1, 1, &best, &highest);
    eyes->correlation = (int16_t)highest;
    eyes->place = best;
    eyes->found = highest >= config->least && plausible(eyes) && has_line(eyes, frame, -1) && has_line(eyes, frame, 1);
    return eyes->found;
}

int32_t mk_eyes_drop(const mk_eyes *eyes)
{
    return (eyes->place.y - eyes->config->expected.y) >> 8;
}
