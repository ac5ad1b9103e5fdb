#include "motekit/dsp_eyes.h"

#include <math.h>
#include <string.h>

#define CELLS 5                      /* a cell is half the distance of the eyes over so many */
#define UNUSED INT8_MIN              /* in a template */
#define SHIFTS 2                     /* steps of 4 pixels to either side */
#define ROUNDS 2                     /* of sizes, tilts and shifts, on whole pixels */
#define STEPS 6                      /* of Gauss and Newton at most */
#define LEAST_STEP 24                /* 1/256 pixel: less does not matter */
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

/* In the frame; the eyes 12 pixels apart at least, and no wider apart than half the frame. */
static int usable(const mk_eyes_place *p, const mk_eyes_config *config)
{
    const int64_t length = (int64_t)p->dx * p->dx + (int64_t)p->dy * p->dy;
    return p->dx > 0 && length >= 1536 * 1536 && length <= (int64_t)config->width * config->width * 4096 &&
           within(p, &(mk_image){0, config->width, config->height, config->width});
}

mk_status mk_eyes_init(mk_eyes *eyes, const mk_eyes_config *config)
{
    if (!eyes || !config || !config->face || config->width < 64 || config->width > 320 || config->height < 48 ||
        config->height > 240 || config->width % 2u || config->height % 2u || config->reach_x > config->width ||
        config->reach_y > config->height || config->least < 0 ||
        config->least > 4096 || config->least_own < 0 || config->least_own > 4096 || config->line < 0)
        return MK_ERR_ARG;
    if (!usable(&config->expected, config))
        return MK_ERR_ARG;
    eyes->config = config;
    mk_eyes_reset(eyes);
    return MK_OK;
}

static void begin(mk_eyes *eyes, const mk_eyes_place *expected, const int8_t *face, int own)
{
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        eyes->face[i] = face[i];
    learn(eyes);
    eyes->place = eyes->last = eyes->expected = *expected;
    eyes->correlation = 0;
    eyes->own = (uint8_t)own;
    eyes->found = eyes->turn = 0;
}

void mk_eyes_reset(mk_eyes *eyes)
{
    begin(eyes, &eyes->config->expected, eyes->config->face, 0);
}

mk_status mk_eyes_expect(mk_eyes *eyes, const mk_eyes_place *expected, const int8_t *own)
{
    if (!usable(expected, eyes->config))
        return MK_ERR_ARG;
    begin(eyes, expected, own ? own : eyes->config->face, own != 0);
    return MK_OK;
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

/* Sums over the cells of a place: of their grey levels, of the squares, of the products with the template. */
typedef struct {
    int32_t sum, squares, products;
} sums;

static int32_t correlation(const mk_eyes *eyes, const sums *s, float *deviation)
{
    const int64_t n = eyes->cells;
    const int64_t seen = n * s->squares - (int64_t)s->sum * s->sum;
    const int64_t known = n * eyes->squares - (int64_t)eyes->sum * eyes->sum;
    if (seen <= 0 || known <= 0)
        return 0;
    if (deviation)
        *deviation = sqrtf((float)seen) / (float)n;
    const float covariance = (float)(n * s->products - (int64_t)s->sum * eyes->sum);
    return (int32_t)(covariance / (sqrtf((float)seen) * sqrtf((float)known)) * 4096.0f);
}

/* Where the template lies in the frame of half the size: its first cell, and the steps along its rows and columns, in
 * 1/256 pixel of that frame. */
typedef struct {
    int32_t x, y, ax, ay;
    int inside; /* with a pixel to spare on every side */
} grid;

static grid lay(const mk_image *half, const mk_eyes_place *p)
{
    const int32_t ax = p->dx / CELLS, ay = p->dy / CELLS;
    grid g = {(p->x - (HALF_COLUMNS * ax) / 2 + MK_EYES_ABOVE * ay - 128) / 2,
              (p->y - (HALF_COLUMNS * ay) / 2 - MK_EYES_ABOVE * ax - 128) / 2, ax / 2, ay / 2, 1};
    const int32_t right = (half->width - 2) * 256, bottom = (half->height - 2) * 256;
    const int32_t wx = (MK_EYES_COLUMNS - 1) * g.ax, wy = (MK_EYES_COLUMNS - 1) * g.ay;
    const int32_t hx = -(MK_EYES_ROWS - 1) * g.ay, hy = (MK_EYES_ROWS - 1) * g.ax;
    for (uint32_t corner = 0; corner < 4; corner++) {
        const int32_t x = g.x + (corner & 1u ? wx : 0) + (corner & 2u ? hx : 0);
        const int32_t y = g.y + (corner & 1u ? wy : 0) + (corner & 2u ? hy : 0);
        g.inside &= x >= 256 && y >= 256 && x < right && y < bottom;
    }
    return g;
}

/* A grey level between pixels; and how it changes to the right and down, of six pixels each, so that noise counts
 * less: in sixths. */
static int32_t sample(const mk_image *half, const grid *g, int32_t x, int32_t y, int32_t *across, int32_t *down)
{
    if (!g->inside) {
        x = limit(x - 256, (half->width - 3) * 256 - 1) + 256;
        y = limit(y - 256, (half->height - 3) * 256 - 1) + 256;
    }
    const int32_t stride = half->stride;
    const uint8_t *const at = half->pixels + (y >> 8) * stride + (x >> 8), *const next = at + stride;
    const int32_t right = x & 255;
    const int32_t upper = (at[0] << 8) + (at[1] - at[0]) * right;
    const int32_t lower = (next[0] << 8) + (next[1] - next[0]) * right;
    *across = at[2] - at[-1] + next[2] - next[-1];
    *down = next[stride] - at[-stride] + next[stride + 1] - at[1 - stride];
    return ((upper << 8) + (lower - upper) * (y & 255) + (1 << 15)) >> 16;
}

/* What Gauss and Newton need of a place: sums over its cells, of the slopes by x, y and both parts of a cell's side. */
typedef struct {
    sums s;
    float slopes[4], products[10], with_face[4], with_value[4];
} normal;

/* Between the pixels of the frame of half the size, whose means of two by two make noise and hair count less. */
static void survey(const mk_eyes *eyes, const mk_image *half, const mk_eyes_place *p, normal *n)
{
    grid g = lay(half, p);
    const int8_t *face = eyes->face;
    sums s = {0, 0, 0};
    float sx = 0, sy = 0, sa = 0, sb = 0, xx = 0, yx = 0, yy = 0, ax = 0, ay = 0, aa = 0, bx = 0, by = 0, ba = 0, bb = 0;
    float xf = 0, yf = 0, af = 0, bf = 0, xv = 0, yv = 0, av = 0, bv = 0;
    for (int32_t row = 0; row < MK_EYES_ROWS; row++, g.x -= g.ay, g.y += g.ax) {
        int32_t at_x = g.x, at_y = g.y;
        const float v = (float)(2 * (row - MK_EYES_ABOVE));
        float u = (float)-HALF_COLUMNS;
        for (int32_t column = 0; column < MK_EYES_COLUMNS; column++, u += 2.0f, at_x += g.ax, at_y += g.ay) {
            const int32_t known = *face++;
            int32_t across, down;
            if (known == UNUSED)
                continue;
            const int32_t value = sample(half, &g, at_x, at_y, &across, &down);
            s.sum += value;
            s.squares += value * value;
            s.products += value * known;
            const float f = (float)known, i = (float)value, x = (float)across, y = (float)down;
            const float a = x * u + y * v, b = y * u - x * v;
            sx += x, sy += y, sa += a, sb += b;
            xf += x * f, yf += y * f, af += a * f, bf += b * f;
            xv += x * i, yv += y * i, av += a * i, bv += b * i;
            xx += x * x;
            yx += y * x, yy += y * y;
            ax += a * x, ay += a * y, aa += a * a;
            bx += b * x, by += b * y, ba += b * a, bb += b * b;
        }
    }
    *n = (normal){s,
                  {sx, sy, sa, sb},
                  {xx, yx, yy, ax, ay, aa, bx, by, ba, bb},
                  {xf, yf, af, bf},
                  {xv, yv, av, bv}};
}

/* Solve a x = b for a positive definite a, lower triangle by rows, in place. 0: it is not. */
static int solve(float a[10], float b[4])
{
    for (uint32_t i = 0; i < 4; i++) {
        float *const row = a + i * (i + 1u) / 2u;
        for (uint32_t j = 0; j <= i; j++) {
            const float *const other = a + j * (j + 1u) / 2u;
            float sum = row[j];
            for (uint32_t k = 0; k < j; k++)
                sum -= row[k] * other[k];
            if (j < i)
                row[j] = sum / other[j];
            else if (sum <= 0.0f)
                return 0;
            else
                row[i] = sqrtf(sum);
        }
        for (uint32_t k = 0; k < i; k++)
            b[i] -= row[k] * b[k];
        b[i] /= row[i];
    }
    for (uint32_t i = 4; i-- > 0;) {
        for (uint32_t k = i + 1u; k < 4; k++)
            b[i] -= a[k * (k + 1u) / 2u + i] * b[k];
        b[i] /= a[i * (i + 1u) / 2u + i];
    }
    return 1;
}

static int32_t step_of(float value, float most)
{
    return (int32_t)(value > most ? most : value < -most ? -most : value);
}

/* One step of Gauss and Newton towards the highest correlation (Evangelidis and Psarakis): 0 if there is none. */
static int improve(const mk_eyes *eyes, const normal *n, mk_eyes_place *p)
{
    const float cells = (float)eyes->cells;
    const float value = (float)n->s.sum / cells, face = (float)eyes->sum / cells;
    const float seen = (float)n->s.squares - value * (float)n->s.sum;
    const float both = (float)n->s.products - value * (float)eyes->sum;
    float a[10], to_face[4], to_value[4], by_face = 0.0f, by_value = 0.0f;
    for (uint32_t i = 0, k = 0; i < 4; i++) {
        const float slope = n->slopes[i];
        to_face[i] = n->with_face[i] - slope * face;
        to_value[i] = n->with_value[i] - slope * value;
        for (uint32_t j = 0; j <= i; j++, k++)
            a[k] = n->products[k] - slope * n->slopes[j] / cells;
    }
    float of_face[4], of_value[4], copy[10];
    memcpy(copy, a, sizeof a);
    memcpy(of_face, to_face, sizeof to_face);
    memcpy(of_value, to_value, sizeof to_value);
    if (!solve(a, of_face) || !solve(copy, of_value))
        return 0;
    for (uint32_t i = 0; i < 4; i++) {
        by_face += to_value[i] * of_face[i];
        by_value += to_value[i] * of_value[i];
    }
    /* the template's contrast in this frame */
    const float contrast = (seen - by_value) / (both - by_face);
    if (!(contrast > 0.0f))
        return 0;
    float step[4];
    for (uint32_t i = 0; i < 4; i++)
        step[i] = 6.0f * (contrast * of_face[i] - of_value[i]); /* slopes are in sixths */
    /* in pixels of the smaller frame and halves of cells there; to 1/256 pixel */
    const float most = (float)(p->dx > 0 ? p->dx : 0) / 8.0f;
    const int32_t x = step_of(step[0] * 512.0f, 1024.0f), y = step_of(step[1] * 512.0f, 1024.0f);
    const int32_t dx = step_of(step[2] * (512.0f * 2 * CELLS), most), dy = step_of(step[3] * (512.0f * 2 * CELLS), most);
    *p = (mk_eyes_place){p->x + x, p->y + y, p->dx + dx, p->dy + dy};
    return x * x + y * y + dx * dx + dy * dy > LEAST_STEP * LEAST_STEP;
}

/* One size and tilt of the template on whole pixels of the frame of half the size: as long as a search only shifts it,
 * every cell stays where it is beside the eyes' middle. */
typedef struct {
    int16_t at[MK_EYES_CELLS], x[MK_EYES_CELLS], y[MK_EYES_CELLS];
    int16_t left, right, above, below;
    int8_t known[MK_EYES_CELLS];
} stencil;

static void cut(stencil *cells, const mk_eyes *eyes, int32_t stride, const mk_eyes_place *p)
{
    /* halves of cells, in 1/256 pixel of the smaller frame */
    const int32_t ax = p->dx / (4 * CELLS), ay = p->dy / (4 * CELLS);
    const int8_t *face = eyes->face;
    int32_t x = 128 - HALF_COLUMNS * ax + 2 * MK_EYES_ABOVE * ay, y = 128 - HALF_COLUMNS * ay - 2 * MK_EYES_ABOVE * ax;
    uint32_t n = 0;
    cells->left = cells->right = cells->above = cells->below = 0;
    for (uint32_t row = 0; row < MK_EYES_ROWS; row++, x -= 2 * ay, y += 2 * ax) {
        int32_t at_x = x, at_y = y;
        for (uint32_t column = 0; column < MK_EYES_COLUMNS; column++, at_x += 2 * ax, at_y += 2 * ay) {
            const int32_t known = *face++;
            if (known == UNUSED)
                continue;
            cells->x[n] = (int16_t)(at_x >> 8);
            cells->y[n] = (int16_t)(at_y >> 8);
            cells->at[n] = (int16_t)((at_y >> 8) * stride + (at_x >> 8));
            cells->known[n++] = (int8_t)known;
        }
    }
    /* the corners are used */
    const uint32_t corners[4] = {0, MK_EYES_COLUMNS - 1, n - MK_EYES_COLUMNS, n - 1};
    for (uint32_t i = 0; i < 4; i++) {
        const int16_t cx = cells->x[corners[i]], cy = cells->y[corners[i]];
        cells->left = cx < cells->left ? cx : cells->left;
        cells->right = cx > cells->right ? cx : cells->right;
        cells->above = cy < cells->above ? cy : cells->above;
        cells->below = cy > cells->below ? cy : cells->below;
    }
}

static int32_t match(const mk_eyes *eyes, const stencil *cells, const mk_image *half, const mk_eyes_place *p)
{
    const int32_t x = p->x >> 9, y = p->y >> 9, right = half->width - 1, bottom = half->height - 1;
    const int inside = x + cells->left >= 0 && x + cells->right <= right && y + cells->above >= 0 &&
                       y + cells->below <= bottom;
    const uint8_t *const middle = half->pixels + y * half->stride + x;
    sums s = {0, 0, 0};
    for (int32_t i = 0; i < eyes->cells; i++) {
        const int32_t value = inside ? middle[cells->at[i]]
                                     : half->pixels[limit(y + cells->y[i], bottom) * half->stride +
                                                    limit(x + cells->x[i], right)];
        s.sum += value;
        s.squares += value * value;
        s.products += value * cells->known[i];
    }
    return correlation(eyes, &s, 0);
}

/* Shifts of whole pixels around the best so far, whose size and tilt the stencil has. */
static void try_shifts(const mk_eyes *eyes, const mk_image *half, int32_t by, int32_t reach_x, int32_t reach_y,
                       mk_eyes_place *best, int32_t *highest)
{
    const mk_eyes_place start = *best;
    stencil cells;
    cut(&cells, eyes, half->stride, &start);
    for (int32_t j = -reach_y; j <= reach_y; j++)
        for (int32_t i = -reach_x; i <= reach_x; i++) {
            const mk_eyes_place p = {start.x + i * by, start.y + j * by, start.dx, start.dy};
            const int32_t correlation = match(eyes, &cells, half, &p);
            if (correlation > *highest) {
                *highest = correlation;
                *best = p;
            }
        }
}

/* Sizes and tilts around the best so far; `by` in 1/256 of the size, and in 1/256 of a radian. */
static void try_forms(const mk_eyes *eyes, const mk_image *half, int32_t by, mk_eyes_place *best, int32_t *highest)
{
    const mk_eyes_place start = *best;
    for (int32_t size = -1; size <= 1; size++)
        for (int32_t tilt = -1; tilt <= 1; tilt++) {
            if ((size == 0) == (tilt == 0))
                continue;
            mk_eyes_place p = start;
            p.dx += (size * by * start.dx - tilt * by * start.dy) / 256;
            p.dy += (size * by * start.dy + tilt * by * start.dx) / 256;
            stencil cells;
            cut(&cells, eyes, half->stride, &p);
            const int32_t correlation = match(eyes, &cells, half, &p);
            if (correlation > *highest) {
                *highest = correlation;
                *best = p;
            }
        }
}

/* Within what the mount allows: sizes 0.7 to 1.4, tilt to about 25 degrees, centre within reach. */
static int plausible(const mk_eyes *eyes)
{
    const mk_eyes_place *const e = &eyes->expected, *const p = &eyes->place;
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

/* Means of two by two pixels; two of them at a time in the halves of a little-endian word. */
static void halve(const mk_image *frame, const mk_image *half)
{
    const uint32_t bytes = 0x00FF00FFu;
    for (uint32_t y = 0; y < half->height; y++) {
        const uint8_t *upper = frame->pixels + 2 * y * frame->stride, *lower = upper + frame->stride;
        uint8_t *out = half->pixels + y * half->stride;
        uint32_t x = 0;
        for (; x + 2 <= half->width; x += 2, upper += 4, lower += 4, out += 2) {
            uint32_t a, b;
            memcpy(&a, upper, 4);
            memcpy(&b, lower, 4);
            const uint32_t sum = (a & bytes) + (a >> 8 & bytes) + (b & bytes) + (b >> 8 & bytes) + 0x00020002u;
            out[0] = (uint8_t)((sum & 0xFFFFu) >> 2);
            out[1] = (uint8_t)(sum >> 18);
        }
        for (; x < half->width; x++, upper += 2, lower += 2)
            *out++ = (uint8_t)(((uint32_t)upper[0] + upper[1] + lower[0] + lower[1] + 2u) >> 2);
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
    const mk_eyes_place *const e = &eyes->expected;
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
    mk_eyes_place best = eyes->place;
    int32_t highest = -4097;
    halve(frame, &half);
    if (eyes->found) {
        try_shifts(eyes, &half, 4 << 8, SHIFTS, SHIFTS, &best, &highest);
    } else {
        best.x = eyes->expected.x;
        best.y = eyes->expected.y;
        lost_form(eyes, &best);
        try_shifts(eyes, &half, 4 << 8, config->reach_x / 4, config->reach_y / 4, &best, &highest);
    }
    for (uint32_t i = 0; i < ROUNDS; i++) {
        try_forms(eyes, &half, 18, &best, &highest);
        try_shifts(eyes, &half, 2 << 8, 1, 1, &best, &highest);
    }
    mk_eyes_place p = best;
    highest = -4097;
    float deviation = 0.0f;
    for (uint32_t i = 0; i < STEPS; i++) {
        normal n;
        survey(eyes, &half, &p, &n);
        float spread = 0.0f;
        const int32_t now = correlation(eyes, &n.s, &spread);
        if (now > highest) {
            highest = now;
            best = p;
            deviation = spread;
        }
        if (!improve(eyes, &n, &p))
            break;
    }
    eyes->correlation = (int16_t)highest;
    eyes->place = best;
    eyes->found = highest >= (eyes->own ? config->least_own : config->least) && plausible(eyes) &&
                  has_lines(eyes, frame, deviation);
    if (eyes->found)
        eyes->last = best;
    return eyes->found;
}

int32_t mk_eyes_drop(const mk_eyes *eyes)
{
    return (eyes->place.y - eyes->expected.y) >> 8;
}
