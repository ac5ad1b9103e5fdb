/* Real cepstrum of a power spectrum: periodic sidebands and harmonics become single peaks.
 *
 *   power     float32[length / 2 + 1], length = fft->length (dsp_spectrum.h)
 *   out       float32[length / 2 + 1]: c[q] = 1 / (2 length) sum over all k of ln(power[k]) cos(2 pi k q / length),
 *             q in samples; powers below FLT_MIN count as that
 *   scratch   float32[2 * length]
 *
 * Equal to numpy.fft.irfft(log |X|) up to length / 2. Source: Bogert, Healy & Tukey 1963.
 */
#ifndef MOTEKIT_DSP_CEPSTRUM_H
#define MOTEKIT_DSP_CEPSTRUM_H

#include "motekit/dsp_rfft.h"

void mk_cepstrum_process(const mk_rfft *fft, const float *power, float *out, float *scratch);

#endif
