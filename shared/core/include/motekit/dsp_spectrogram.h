/* Power spectra of overlapping frames of a stream, and their mean: Welch's estimate.
 *
 *   row       float32[bins], bins = fft.length / 2 + 1: one frame's spectrum (dsp_spectrum.h)
 *   mean      float32[bins]: mean of all rows since init or mk_spectrogram_reset; zeros if there were none
 *   sum       float32[bins], the caller's
 *
 * frame.channels must be 1 and frame.length the spectrum's frame_length. A frame that holds a NaN gives a row of
 * NaN with its flags and stays out of the mean.
 * Streaming: any split of the samples gives the same rows. Source: Welch 1967; scipy.signal.welch.
 */
#ifndef MOTEKIT_DSP_SPECTROGRAM_H
#define MOTEKIT_DSP_SPECTROGRAM_H

#include <stdint.h>

#include "motekit/dsp_frame.h"
#include "motekit/dsp_spectrum.h"
#include "motekit/status.h"

typedef struct {
    mk_frame *frame;
    const mk_spectrum *spectrum;
    float *sum;
    uint32_t rows; /* in the mean */
} mk_spectrogram;

/* frame and spectrum are initialised already and belong to this block from here on. */
mk_status mk_spectrogram_init(mk_spectrogram *s, mk_frame *frame, const mk_spectrum *spectrum, float *sum);
void mk_spectrogram_reset(mk_spectrogram *s);

/* As mk_frame_next: returns 1 when `row` was written. */
int mk_spectrogram_next(mk_spectrogram *s, const float **samples, uint32_t *count, float *row, mk_quality *quality);
mk_quality mk_spectrogram_mean(const mk_spectrogram *s, float *mean);

#endif
