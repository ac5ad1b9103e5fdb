/* Finds both eyes in a grey frame by the upper half of the face: template matching, then integral projections.
 *
 *   place      where the eyes are: centre of the line between them and the vector from its middle to the right one (in
 *              the picture), in 1/256 pixel. The distance of the eyes is twice the vector's length
 *   template   int8[MK_EYES_ROWS][MK_EYES_COLUMNS], the face around the eyes: a cell is a tenth of their distance; one
 *              distance to either side, 0.4 above, 1.0 below, without eyes and lids, which open and close. Any mean
 *              and contrast; matched by normalised correlation
 *   calibrate  takes the template from a frame in which the place is known, best from the mean of a few: the camera is
 *              mounted, the driver's seat fixed. Without, the first template is a general one, and the first place is
 *              that of the configuration
 *   find       from the last place on: shifts of up to +-8 pixels, sizes and tilts on whole pixels of the frame of half
 *              the size, then at most six steps of Gauss and Newton towards the highest correlation in place, size and
 *              tilt together. When the eyes were lost: over the whole region around the configured place, in every
 *              second frame at the size and tilt last seen, in the others at one of 15 sizes and tilts. found = 0 unless
 *              the correlation is at least `least` and there are dark lines in the eyes' places: darker than the face
 *              above and below them by `line` of its standard deviation
 *
 *   half       scratch, means of two by two pixels: uint8[(width / 2) * (height / 2)]
 *   Sizes 0.7 to 1.4 of the configured one, tilts to 25 degrees
 *
 * Sources: Lewis, "Fast Normalized Cross-Correlation" (1995); Evangelidis and Psarakis, "Parametric Image Alignment Using
 * Enhanced Correlation Coefficient Maximization", IEEE PAMI 30(10), 2008; Kanade, "Picture Processing System by
 * Computer Complex and Recognition of Human Faces" (1973): integral projections.
 */
#ifndef MOTEKIT_DSP_EYES_H
#define MOTEKIT_DSP_EYES_H

#include <stdint.h>

#include "motekit/dsp_image.h"
#include "motekit/status.h"

#define MK_EYES_COLUMNS 20
#define MK_EYES_ROWS 15
#define MK_EYES_CELLS 300
#define MK_EYES_ABOVE 4 /* rows above the eyes */

typedef struct {
    int32_t x, y;   /* 1/256 pixel */
    int32_t dx, dy; /* from there to the right eye; 1/256 pixel */
} mk_eyes_place;

typedef struct {
    uint16_t width, height; /* of frames: 64 to 320 and 48 to 240, even */
    mk_eyes_place expected; /* by the mount */
    uint16_t reach_x, reach_y; /* how far from there the eyes may be, pixels */
    const int8_t *face;     /* the general template */
    int16_t least, least_own; /* correlation with the general and with the driver's own template, 1/4096 */
    int16_t line;           /* 1/256 of the standard deviation */
} mk_eyes_config;

typedef struct {
    const mk_eyes_config *config;
    mk_eyes_place expected;    /* where the mount puts them: the configuration's, or what a calibration found */
    mk_eyes_place place, last; /* of the last frame; of the last in which they were found */
    int8_t face[MK_EYES_CELLS];
    int32_t sum, squares, cells; /* of the template */
    int16_t correlation;  /* of the last frame, 1/4096 */
    uint8_t found, own, turn;
} mk_eyes;

mk_status mk_eyes_init(mk_eyes *eyes, const mk_eyes_config *config);
void mk_eyes_reset(mk_eyes *eyes); /* as configured */

/* Begin with another place, and with a driver's own template or, 0, the general one. MK_ERR_ARG: the place is not
 * within the frame, or the eyes are too close together or too far apart. */
mk_status mk_eyes_expect(mk_eyes *eyes, const mk_eyes_place *expected, const int8_t *own);

/* MK_ERR_ARG: the place is not within the frame. */
mk_status mk_eyes_calibrate(mk_eyes *eyes, const mk_image *frame, const mk_eyes_place *place);

/* 1 if both eyes were found; then `place` says where. */
int mk_eyes_find(mk_eyes *eyes, const mk_image *frame, uint8_t *half);

/* Sum of the distances, in pixels, that both eyes are below where they are expected, half of it: the head's drop. */
int32_t mk_eyes_drop(const mk_eyes *eyes);

#endif
