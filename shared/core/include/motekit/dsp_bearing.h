/* What a bearing's fault leaves in a vibration, a row for so many turns of the shaft: lines of the envelope's
 * spectrum at the orders the bearing's geometry gives, the spectrum's shape, and level indicators.
 *
 *   frames    int16[n][2]: acceleration in counts, shaft speed in rpm (its sign is ignored); MK_BEARING_MISSING in
 *             either: no sample; the last acceleration is repeated, the speed is config->rpm
 *   row       written when points / per_turn turns have passed since the last row
 *
 * Each band: band-pass, square, low-pass and decimate, square root, resampling to equal angles (dsp_order.h), Hann
 * window, spectrum. A line is the largest bin within config->tolerance of its order (at least 1.5 bins) by the median
 * of the bins within MK_BEARING_REACH orders about it, in dB, 0 to MK_BEARING_MOST_DB; a row has the largest over the
 * bands. Both are ratios: neither gain nor the sensor's calibration changes them. An order that the transform does
 * not reach has 0 dB. Features: lines, then ln of each spectral band's share of their sum.
 *
 * Slip and clock errors up to the tolerance are taken. Streaming: any split gives the same rows. The speed may change
 * within a row. A standing shaft gives no rows. Cost: about 680 instructions a sample on Cortex-M4F.
 * Source: Randall & Antoni, Rolling element bearing diagnostics - a tutorial, MSSP 25, 2011; Fyfe & Munck 1997.
 */
#ifndef MOTEKIT_DSP_BEARING_H
#define MOTEKIT_DSP_BEARING_H

#include <stdint.h>

#include "motekit/dsp_order.h"
#include "motekit/dsp_quality.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_rfft.h"
#include "motekit/dsp_shape.h"
#include "motekit/dsp_sos.h"
#include "motekit/dsp_spectrum.h"
#include "motekit/status.h"

#define MK_BEARING_MISSING (-32768)
#define MK_BEARING_BANDS 4
#define MK_BEARING_SECTIONS 4
#define MK_BEARING_STATE 8 /* of that many sections */
#define MK_BEARING_STATE 8 /* MK_BEARING_STATE; the binding takes plain numbers only */
#define MK_BEARING_DECIMATION 32
#define MK_BEARING_LINES 32
#define MK_BEARING_WIDTH 64
#define MK_BEARING_MOST_DB 30.0f
#define MK_BEARING_REACH 0.375f
#define MK_BEARING_BURST 4 /* order samples an envelope sample, at most */

typedef struct {
    float rate_hz;
    float scale;          /* m/s^2 a count */
    float rpm;            /* where none is measured */
    float tolerance;      /* of a line's order, e.g. 0.006 */
    uint16_t per_turn;    /* order samples a turn */
    uint8_t bands, sections, lines;
    const float *sos;     /* [bands][sections][5] */
    mk_resample_config low_pass; /* 1 / decimation */
    mk_rfft fft;          /* its length is the points of a row */
    const float *window;  /* float32[points] */
    const float *orders;  /* float32[lines] */
    mk_spectrum_config spectrum; /* of short frames, half overlapped, for the shape */
    mk_bands shape;
    /* acceleration to velocity: low-pass at the sensor's rate, then every velocity_step-th sample high-passed and
     * integrated; gives mm/s for m/s^2 */
    const float *velocity_low, *velocity_high;
    uint8_t velocity_low_sections, velocity_high_sections, velocity_step;
} mk_bearing_config;

typedef struct {
    float features[MK_BEARING_WIDTH];
    float seconds;       /* that the row took */
    float rpm;           /* mean */
    float rms, peak;     /* of the acceleration without its mean, m/s^2 */
    float kurtosis;      /* excess */
    float velocity;      /* RMS, mm/s */
    float band_kurtosis; /* ln of the most impulsive band's fourth moment by its second squared */
    mk_quality quality;
} mk_bearing_row;

typedef struct {
    const mk_bearing_config *config; /* the caller's */
    mk_sos filters[MK_BEARING_BANDS], velocity_low, velocity_high;
    mk_resample low_pass[MK_BEARING_BANDS];
    mk_order order[MK_BEARING_BANDS];
    float filter_state[MK_BEARING_BANDS][MK_BEARING_STATE];
    float velocity_state[2][MK_BEARING_STATE];
    float square[MK_BEARING_BANDS], fourth[MK_BEARING_BANDS];
    float chunk[MK_BEARING_DECIMATION];
    float *angle;  /* float32[bands][points] */
    float *frame;  /* float32[spectrum.frame_length] */
    float *power;  /* float32[spectrum bins], summed over the frames of a row */
    float *scratch;
    float last, dc_in, dc_out, turns;
    float sum_square, sum_fourth, sum_velocity, peak;
    float sum_rpm; /* above the nominal one */
    uint32_t samples, missing, velocity_samples, frames;
    uint16_t filled, frame_filled;
    uint8_t chunk_filled, velocity_phase, started;
    mk_quality quality;
} mk_bearing;

/* floats that init wants: angle, frame, power, histories */
#define MK_BEARING_MEMORY(bands, points, frame, taps) ((bands) * ((points) + (taps)) + (frame) + (frame) / 2u + 1u)
/* floats of scratch, free between rows: the larger of points and 2 frame */
#define MK_BEARING_SCRATCH(points, frame) ((points) > 2u * (frame) ? (points) : 2u * (frame))

mk_status mk_bearing_init(mk_bearing *bearing, const mk_bearing_config *config, float *memory, float *scratch);
void mk_bearing_reset(mk_bearing *bearing);

/* Takes frames up to the end of a row; returns how many it took. *done is 1 if `row` was written. */
uint32_t mk_bearing_push(mk_bearing *bearing, const int16_t *frames, uint32_t n, mk_bearing_row *row, uint8_t *done);

#endif
