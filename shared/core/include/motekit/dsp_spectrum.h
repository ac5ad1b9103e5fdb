/* Power spectrum of one windowed frame.
 *
 *   in        float32[frame_length], frame_length <= fft.length; the rest of the transform is zeros
 *   window    float32[frame_length], or 0 for none
 *   power     float32[fft.length / 2 + 1]: scale * |X[k]|^2, doubled for 0 < k < fft.length / 2 if one_sided
 *   scale     1 gives the plain periodogram; 1 / (rate * sum of window^2) a density in unit^2 / Hz
 *   detrend   MK_SPECTRUM_KEEP or MK_SPECTRUM_MEAN: subtract the frame's mean before the window
 *   scratch   float32[MK_SPECTRUM_SCRATCH(fft.length)]; may be shared between calls
 *
 * Also: mk_spectrum_log, its natural logarithm, at least ln(FLT_MIN).
 * Source: scipy.signal.periodogram; Oppenheim & Schafer, 3rd ed., 10.5.
 */
#ifndef MOTEKIT_DSP_SPECTRUM_H
#define MOTEKIT_DSP_SPECTRUM_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/dsp_rfft.h"
#include "motekit/status.h"

#define MK_SPECTRUM_KEEP 0
#define MK_SPECTRUM_MEAN 1
#define MK_SPECTRUM_SCRATCH(length) (2u * (length))

typedef struct {
    mk_rfft fft;
    uint16_t frame_length;
    uint8_t detrend;
    uint8_t one_sided;
    float scale;
    const float *window;
} mk_spectrum_config;

typedef struct {
    const mk_spectrum_config *config;
    float *scratch;
} mk_spectrum;

mk_status mk_spectrum_init(mk_spectrum *spectrum, const mk_spectrum_config *config, float *scratch);

/* Writes the spectrum; returns NONFINITE if a value of it is not finite. */
mk_quality mk_spectrum_process(const mk_spectrum *spectrum, const float *in, float *power);

/* ln of n powers, in place if out is power. */
void mk_spectrum_log(const float *power, float *out, uint32_t n);

#endif
