/* Features of a window of a pulse wave or an ECG (dsp_features.h): its beats, how far it can be trusted, and the heart
 * rate with the wearer's motion taken off.
 *
 *   channel   band-passed by the conditioning: an ECG 8 to 20 Hz, a pulse wave 0.5 to 5 Hz and pointing up
 *   motion    channels of acceleration without gravity (stage "gravity"), any unit
 */
#ifndef MOTEKIT_DSP_FEATURES_HEART_H
#define MOTEKIT_DSP_FEATURES_HEART_H

#include <stdint.h>

#include "motekit/dsp_cancel.h"
#include "motekit/dsp_features.h"
#include "motekit/dsp_heart_spectrum.h"
#include "motekit/dsp_hrv.h"
#include "motekit/dsp_peaks.h"
#include "motekit/dsp_ppg_quality.h"
#include "motekit/dsp_rr.h"
#include "motekit/post_heart_rate.h"

#define MK_FEATURE_BEATS_MOST(length, apart) ((length) / (apart) + 2u)
/* the ring of the search, then times of beats */
#define MK_FEATURE_BEATS_SCRATCH(n, taps, apart) (MK_PEAKS_RING(taps, apart) + MK_FEATURE_BEATS_MOST(n, apart))

/* How beats are found: peaks (dsp_peaks.h) of a share of `accept` or more. */
typedef struct {
    mk_peaks_config peaks;
    float accept;
} mk_feature_beats;

/* Values of the beats: how many, their rate a minute (60 / mean interval), those of mk_hrv, sample entropy (m 2, radius
 * 0.2 deviations) of the valid intervals, and those of mk_rr. Scratch: MK_FEATURE_BEATS_SCRATCH + 3 most. */
#define MK_BEATS_COUNT 0
#define MK_BEATS_RATE 1
#define MK_BEATS_HRV 2            /* mean_rr, sdnn, rmssd, pnn50, sd1, sd2 */
#define MK_BEATS_SAMPLE_ENTROPY 8
#define MK_BEATS_RR 9             /* quarter, large, origin, turning, mean */
#define MK_BEATS_VALUES 14

typedef struct {
    mk_feature_beats beats;
    const uint8_t *values; /* [width] */
} mk_feature_beats_config;

mk_quality mk_feature_heart_beats(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Four values: perfusion, correlation, motion, index of dsp_ppg_quality.h.
 * Scratch: MK_FEATURE_BEATS_SCRATCH + MK_PPG_QUALITY_SCRATCH(length, most) + length. */
typedef struct {
    mk_feature_beats beats;
    mk_ppg_quality_config quality;
    const uint8_t *motion; /* channels, their norm is the motion */
    uint8_t motions;       /* at most MK_AXES_MAX */
    uint8_t level;         /* channel whose mean is the light's level; MK_FEATURE_MAGNITUDE: there is none */
} mk_feature_pulse_config;

mk_quality mk_feature_pulse_quality(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

/* Two values: heart rate a minute and its confidence, tracked from window to window (post_heart_rate.h). What the
 * motion channels explain is taken off first (dsp_cancel.h): cancel.length is the window's less (lags - 1) stride, and
 * `before` samples of them lie before the pulse wave's first. State: 2 + states + mk_cancel_state.
 * Scratch: 4 states + memories x cancel.length + references x length, and the larger of MK_CANCEL_SCRATCH and
 * 2 fft.length. */
typedef struct {
    mk_cancel_config cancel; /* references 0: nothing is taken off */
    mk_heart_spectrum spectrum;
    mk_heart_rate_config rate;
    const uint8_t *motion;
    uint16_t before;
} mk_feature_rate_config;

mk_quality mk_feature_heart_rate(const mk_feature *feature, const mk_window *window, float *out, float *scratch);

#endif
