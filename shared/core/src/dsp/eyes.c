#include "motekit/dsp_eyes.h"

#include <math.h>

#define CELLS 5                      /* a cell is half the distance of the eyes over so many */
#define UNUSED INT8_MIN              /* in a template */
#define SHIFTS 3                     /* steps of 3 pixels to either side */
#define LEAST_DEPTH 2.5f             /* grey levels, above what noise does */
#define LINE_ROWS 16                 /* of the zone in which an eye's line is looked for */
#define HALF_COLUMNS 19              /* 2 x 9.5: from the middle to the outermost cell, in half cells */

/* sizes, 1/256, and tilts, 1/256 radian, tried one a frame while the eyes are lost */
static const int32_t SIZES[5] = {256, 222, 295, 192, 340}, TILTS[3] = {0, -64, 64};

static int within(const mk_eyes_place *place, const mk_image *frame)
{
    return place->x >= 0 && place->y >= 0 && place->x < (int32_t)frame->width << 8 &&
           place->y < (int32_t)frame->height << 8;
}

/* Cells of eyes and lids: they open and close, the face around them stays. */
static int is_eye(int32_t row, int32_t column)
{
    return row >= MK_EYES_ABOVE - 2 && row <= MK_EYES_ABOVE + 3 &&
           ((column >= 1 && column <= 8) || (column >= 11 && column <= 18));
}

static void learn(mk_eyes *eyes)
{
    eyes->sum = eyes->squares = eyes->cells = 0;
    for (int32_t row = 0; row < MK_EYES_ROWS; row++)
        for (int32_t column = 0; column < MK_EYES_COLUMNS; column++) {
            int8_t *const cell = &eyes->face[row * MK_EYES_COLUMNS + column];
            if (is_eye(row, column)) {
                *cell = UNUSED;
                continue;
            }
            *cell = *cell == UNUSED ? UNUSED + 1 : *cell;
            eyes->sum += *cell;
            eyes->squares += *cell * *cell;
            eyes->cells++;
        }
}

mk_status mk_eyes_init(mk_eyes *eyes, const mk_eyes_config *config)
{
    if (!eyes || !config || !config->face || config->width < 64 || config->width > 320 || config->height < 48 ||
        config->height > 240 || config->width % 2u || config->height % 2u || config->reach_x > config->width ||
        config->reach_y > config->height || config->least < 0 ||
        config->least > 4096 || config->least_own < 0 || config->least_own > 4096 || config->line < 0)
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
    eyes->place = eyes->last = eyes->config->expected;
    eyes->correlation = 0;
    eyes->found = eyes->own = eyes->turn = 0;
}

static int32_t limit(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

/* Between the four pixels around a place, in 1/256 pixel; edges are held. */
static int32_t pixel(const mk_image *image, int32_t x, int32_t y)
{
    x = limit(x, (image->width - 1) * 256 - 1);
    y = limit(y, (image->height - 1) * 256 - 1);
    const uint8_t *const p = image->pixels + (y >> 8) * image->stride + (x >> 8);
    const int32_t right = x & 255, down = y & 255;
    const int32_t above = p[0] * (256 - right) + p[1] * right;
    const int32_t below = p[image->stride] * (256 - right) + p[image->stride + 1] * right;
    return (above * (256 - down) + below * down + (1 << 15)) >> 16;
}

/* Normalised correlation in the frame of half the size, 1/4096: of the nearest pixels, or between them. Means of two
 * by two pixels, so that noise and hair count less. */
static int32_t correlate(const mk_eyes *eyes, const mk_image *half, int between, const mk_eyes_place *p,
                         float *deviation)
{
    const int32_t ax = p->dx / CELLS, ay = p->dy / CELLS;
    int32_t x = p->x - (HALF_COLUMNS * ax) / 2 + MK_EYES_ABOVE * ay;
    int32_t y = p->y - (HALF_COLUMNS * ay) / 2 - MK_EYES_ABOVE * ax;
    const int32_t right = (int32_t)half->width << 9, bottom = (int32_t)half->height << 9;
    const int32_t wx = (MK_EYES_COLUMNS - 1) * ax, wy = (MK_EYES_COLUMNS - 1) * ay;
    const int32_t hx = -(MK_EYES_ROWS - 1) * ay, hy = (MK_EYES_ROWS - 1) * ax;
    int inside = 1;
    for (uint32_t corner = 0; corner < 4; corner++) {
        const int32_t cx = x + (corner & 1u ? wx : 0) + (corner & 2u ? hx : 0);
        const int32_t cy = y + (corner & 1u ? wy : 0) + (corner & 2u ? hy : 0);
        inside &= cx >= 0 && cy >= 0 && cx < right && cy < bottom;
    }
    const int8_t *face = eyes->face;
    const uint8_t *const pixels = half->pixels;
    const int32_t stride = half->stride;
    int32_t sum = 0, squares = 0, products = 0;
    for (int32_t row = 0; row < MK_EYES_ROWS; row++) {
        int32_t at_x = x, at_y = y;
        for (int32_t column = 0; column < MK_EYES_COLUMNS; column++, at_x += ax, at_y += ay) {
            int32_t value;
            if (face[column] == UNUSED)
                continue;
            if (between)
                value = pixel(half, (at_x - 128) / 2, (at_y - 128) / 2);
            else if (inside)
                value = pixels[(at_y >> 9) * stride + (at_x >> 9)];
            else
                value = pixels[limit(at_y >> 9, half->height - 1) * stride + limit(at_x >> 9, half->width - 1)];
            sum += value;
            squares += value * value;
            products += value * face[column];
        }
        face += MK_EYES_COLUMNS;
        x -= ay;
        y += ax;
    }
    const int64_t n = eyes->cells;
    const int64_t seen = n * squares - (int64_t)sum * sum;
    const int64_t known = n * eyes->squares - (int64_t)eyes->sum * eyes->sum;
    if (seen <= 0 || known <= 0)
        return 0;
    if (deviation)
        *deviation = sqrtf((float)seen) / (float)n;
    const float covariance = (float)(n * products - (int64_t)sum * eyes->sum);
    return (int32_t)(covariance / (sqrtf((float)seen) * sqrtf((float)known)) * 4096.0f);
}

/* How a search looks at a place. */
typedef struct {
    const mk_image *half;
    int between;
} look;

static void try_place(const mk_eyes *eyes, const look *l, const mk_eyes_place *p, mk_eyes_place *best, int32_t *highest)
{
    const int32_t correlation = correlate(eyes, l->half, l->between, p, 0);
    if (correlation > *highest) {
        *highest = correlation;
        *best = *p;
    }
}

static void try_shifts(const mk_eyes *eyes, const look *l, int32_t by, int32_t reach_x, int32_t reach_y,
                       mk_eyes_place *best, int32_t *highest)
{
    const mk_eyes_place start = *best;
    for (int32_t j = -reach_y; j <= reach_y; j++)
        for (int32_t i = -reach_x; i <= reach_x; i++) {
            const mk_eyes_place p = {start.x + i * by, start.y + j * by, start.dx, start.dy};
            if (reach_x == 1 && i != 0 && j != 0)
                continue; /* the last steps go along one axis at a time */
            try_place(eyes, l, &p, best, highest);
        }
}

/* Sizes and tilts around the best so far; `by` in 1/256 of the size, and in 1/256 of a radian. */
static void try_forms(const mk_eyes *eyes, const look *l, int32_t by, mk_eyes_place *best, int32_t *highest)
{
    const mk_eyes_place start = *best;
    for (int32_t size = -1; size <= 1; size++)
        for (int32_t tilt = -1; tilt <= 1; tilt++) {
            if ((size == 0) == (tilt == 0))
                continue;
            mk_eyes_place p = start;
            p.dx += (size * by * start.dx - tilt * by * start.dy) / 256;
            p.dy += (size * by * start.dy + tilt * by * start.dx) / 256;
            try_place(eyes, l, &p, best, highest);
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

/* How much darker the darkest line across an eye's zone is than the face 3 half cells above and below it: of the zone's
 * projection on the vertical, in sums of 36 pixels. */
static int32_t line_depth(const mk_eyes_place *p, const mk_image *frame, int32_t side)
{
    const int32_t ax = p->dx / (2 * CELLS), ay = p->dy / (2 * CELLS);
    const int32_t cx = p->x + side * p->dx, cy = p->y + side * p->dy;
    int32_t rows[LINE_ROWS], deepest = 0;
    for (int32_t row = 0; row < LINE_ROWS; row++) {
        rows[row] = 0;
        for (int32_t column = -4; column <= 4; column++)
            rows[row] += pixel(frame, cx + column * ax - (row - 6) * ay, cy + column * ay + (row - 6) * ax);
    }
    for (int32_t row = 3; row <= LINE_ROWS - 7; row++) {
        const int32_t around = rows[row - 3] + rows[row - 2] + rows[row + 3] + rows[row + 4];
        const int32_t depth = around - 2 * (rows[row] + rows[row + 1]);
        deepest = depth > deepest ? depth : deepest;
    }
    return deepest;
}

/* Both eyes together, against the deviation of the face. */
static int has_lines(const mk_eyes *eyes, const mk_image *frame, float deviation)
{
    const float depth = (float)(line_depth(&eyes->place, frame, -1) + line_depth(&eyes->place, frame, 1)) / 72.0f;
    return depth > (float)eyes->config->line * deviation / 256.0f && depth > LEAST_DEPTH;
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

/* Mean of two by two pixels around a place, as in the frame of half the size. */
static int32_t soft_pixel(const mk_image *frame, int32_t x, int32_t y)
{
    return (pixel(frame, x - 128, y - 128) + pixel(frame, x + 128, y - 128) + pixel(frame, x - 128, y + 128) +
            pixel(frame, x + 128, y + 128) + 2) >> 2;
}

static void take_face(mk_eyes *eyes, const mk_image *frame)
{
    const mk_eyes_place *const p = &eyes->place;
    const int32_t ax = p->dx / CELLS, ay = p->dy / CELLS;
    int32_t x = p->x - (HALF_COLUMNS * ax) / 2 + MK_EYES_ABOVE * ay;
    int32_t y = p->y - (HALF_COLUMNS * ay) / 2 - MK_EYES_ABOVE * ax;
    for (int32_t row = 0; row < MK_EYES_ROWS; row++, x -= ay, y += ax)
        for (int32_t column = 0; column < MK_EYES_COLUMNS; column++)
            eyes->face[row * MK_EYES_COLUMNS + column] =
                (int8_t)(soft_pixel(frame, x + column * ax, y + column * ay) - 128);
    eyes->own = 1;
    learn(eyes);
}

mk_status mk_eyes_calibrate(mk_eyes *eyes, const mk_image *frame, const mk_eyes_place *place)
{
    if (frame->width != eyes->config->width || frame->height != eyes->config->height || !within(place, frame))
        return MK_ERR_ARG;
    eyes->place = eyes->last = *place;
    take_face(eyes, frame);
    eyes->found = 1;
    return MK_OK;
}

/* Size and tilt to look for the eyes with, another one every frame. */
static void lost_form(mk_eyes *eyes, mk_eyes_place *p)
{
    const int32_t turn = eyes->turn++ % 30;
    const mk_eyes_place *const e = &eyes->config->expected;
    const int32_t size = SIZES[turn / 2 % 5], tilt = TILTS[turn / 10];
    *p = turn % 2 == 0 ? (mk_eyes_place){p->x, p->y, eyes->last.dx, eyes->last.dy}
                       : (mk_eyes_place){p->x, p->y, (e->dx * 256 - e->dy * tilt) / 256 * size / 256,
                                         (e->dy * 256 + e->dx * tilt) / 256 * size / 256};
}

int mk_eyes_find(mk_eyes *eyes, const mk_image *frame, uint8_t *half_pixels)
{
    const mk_eyes_config *const config = eyes->config;
    const mk_image half = {half_pixels, (uint16_t)(frame->width / 2u), (uint16_t)(frame->height / 2u),
                           (uint16_t)(frame->width / 2u)};
    const look coarse = {&half, 0}, fine = {&half, 1};
    mk_eyes_place best = eyes->place;
    int32_t highest = -4097;
    halve(frame, &half);
    if (eyes->found) {
        try_shifts(eyes, &coarse, 3 << 8, SHIFTS, SHIFTS, &best, &highest);
    } else {
        best.x = config->expected.x;
        best.y = config->expected.y;
        lost_form(eyes, &best);
        try_shifts(eyes, &coarse, 4 << 8, config->reach_x / 4, config->reach_y / 4, &best, &highest);
    }
    try_forms(eyes, &coarse, 18, &best, &highest);
    try_shifts(eyes, &coarse, 384, 1, 1, &best, &highest);
    try_forms(eyes, &coarse, 18, &best, &highest);
    try_shifts(eyes, &coarse, 256, 1, 1, &best, &highest);
    try_forms(eyes, &coarse, 9, &best, &highest);
    highest = -4097;
    try_shifts(eyes, &fine, 256, 1, 1, &best, &highest);
    try_forms(eyes, &fine, 6, &best, &highest);
    try_shifts(eyes, &fine, 128, 1, 1, &best, &highest);
    try_forms(eyes, &fine, 6, &best, &highest);
    try_shifts(eyes, &fine, 128, 1, 1, &best, &highest);
    for (uint32_t again = 0; again < 2; again++) {
        try_forms(eyes, &fine, 3, &best, &highest);
        try_shifts(eyes, &fine, 64, 1, 1, &best, &highest);
    }
    eyes->correlation = (int16_t)highest;
    eyes->place = best;
    float deviation = 0.0f;
    (void)correlate(eyes, &half, 1, &best, &deviation);
    eyes->found = highest >= (eyes->own ? config->least_own : config->least) && plausible(eyes) &&
                  has_lines(eyes, frame, deviation);
    if (eyes->found)
        eyes->last = best;
    return eyes->found;
}

int32_t mk_eyes_drop(const mk_eyes *eyes)
{
    return (eyes->place.y - eyes->config->expected.y) >> 8;
}
