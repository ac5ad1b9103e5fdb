/* Rhythm of the heart from a band-passed ECG or pulse wave: intervals, their variability, and whether they look
 * irregular as in atrial fibrillation. It screens and never names a disease.
 *
 *   in        float32[n], band-passed as dsp_peaks.h asks for
 *   beats     peaks whose share is at least `accept`; a peak from doubt_low to doubt_high is in doubt: it may or may
 *             not be a beat. Where more than most_doubt of all that may be beats are in doubt, the signal is noise and
 *             there is no reading
 *   values    the features of dsp_rr.h, over the last MK_RHYTHM_INTERVALS intervals at most; fewer than `least`: no
 *             reading
 *   inputs    int8[MK_RR_VALUES], the model's: values x gain + offset, rounded half up and limited
 *   score     the model's int8 output; irregular where it is at least `threshold`
 *   hrv       of the intervals that dsp_hrv.h finds valid
 *   ring      float32[MK_PEAKS_RING(peaks.taps, peaks.apart)], arena the model's, scratch
 *             float32[MK_RHYTHM_SCRATCH], all the caller's; the scratch is free between calls
 *
 * Cost: that of dsp_peaks.h a sample, and about 80,000 a report with a full ring.
 */
#ifndef MOTEKIT_POST_RHYTHM_H
#define MOTEKIT_POST_RHYTHM_H

#include <stdint.h>

#include "motekit/dsp_hrv.h"
#include "motekit/dsp_peaks.h"
#include "motekit/dsp_rr.h"
#include "motekit/nn.h"
#include "motekit/status.h"

#define MK_RHYTHM_INTERVALS 120
#define MK_RHYTHM_MOST (MK_RHYTHM_INTERVALS + MK_PEAKS_MOST)
/* intervals, room to sort them, and which of them are valid */
#define MK_RHYTHM_SCRATCH (2u * MK_RHYTHM_MOST + (MK_RHYTHM_MOST + 3u) / 4u)

#define MK_RHYTHM_FEW 1u   /* too few beats yet */
#define MK_RHYTHM_NOISE 2u /* beats and noise cannot be told apart */

typedef struct {
    mk_peaks_config peaks;
    float accept, doubt_low, doubt_high, most_doubt;
    uint16_t least; /* intervals, at least MK_RR_LEAST */
    int8_t threshold;
    float gain[5], offset[5];
} mk_rhythm_config;

typedef struct {
    uint16_t intervals;
    uint8_t trouble; /* 0: there is a reading */
    uint8_t irregular;
    int8_t score, inputs[5];
    float doubt, values[5];
    mk_hrv hrv;
} mk_rhythm_report;

typedef struct {
    mk_rhythm_config config;
    const mk_nn_model *model;
    uint8_t *arena;
    mk_peaks peaks;
    /* each interval, negative where its last beat is in doubt; 0 for a doubtful peak that is no beat */
    float entries[MK_RHYTHM_INTERVALS];
    uint16_t count, next;
    uint8_t started;
    mk_peak last; /* beat */
} mk_rhythm;

/* Without a model (0) the values are all there is, and nothing is irregular. MK_ERR_FORMAT: the model is not int8[5] to int8[1]. */
mk_status mk_rhythm_init(mk_rhythm *rhythm, const mk_rhythm_config *config, const mk_nn_model *model, void *arena,
                         float *ring);
void mk_rhythm_reset(mk_rhythm *rhythm);
void mk_rhythm_push(mk_rhythm *rhythm, const float *in, uint32_t n);
mk_status mk_rhythm_report_now(mk_rhythm *rhythm, float *scratch, mk_rhythm_report *out);

#endif
