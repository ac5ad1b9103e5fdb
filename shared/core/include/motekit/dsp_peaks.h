/* Beats by looking to both sides: energy peaks in a stream, and which of them are beats, decided later.
 *
 *   in        float32, band-passed (ECG: 8 to 20 Hz, pulse wave: 0.5 to 5 Hz), any unit
 *   energy    in^2, or max(in, 0)^2 with `upward` (a pulse wave whose rise points up), smoothed by `smoother`
 *   peak      the largest energy within `apart` samples on either side; its time lies between samples, by a parabola
 *   level     of a peak: of all peaks less than `reach` samples away the n highest, n the seconds they span; their
 *             median amplitude (square root of the energy). So many beats there are at least, whatever else peaks
 *   share     amplitude / level: about 1 for a beat, small for what lies between beats
 *   smoother  float32[taps], symmetric, sum 1: 0.12 s for an ECG
 *   ring      float32[MK_PEAKS_RING(taps, apart)], the caller's
 *
 * A peak is settled once `reach` samples have passed it; mk_peaks_settled hands each out once, in order.
 * mk_peaks_open hands out, as often as it is asked, those that are younger, judged by what is known of them.
 * A sample that is not finite counts as 0. Streaming: any split of the input gives the same peaks; settled must be
 * asked for before MK_PEAKS_MOST peaks wait, or the oldest are lost. Cost: about 2 taps + 30 a sample and 1500 a
 * peak asked for. Source: energy as of Pan & Tompkins, IEEE Trans. Biomed. Eng. 32, 1985; the level is ours.
 */
#ifndef MOTEKIT_DSP_PEAKS_H
#define MOTEKIT_DSP_PEAKS_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_PEAKS_MOST 56
#define MK_PEAKS_RING(taps, apart) ((taps) + 2u * (apart) + 1u)

typedef struct {
    const float *smoother;
    uint16_t rate;  /* samples a second */
    uint16_t apart; /* 1 to 4096 */
    uint16_t reach; /* at least apart */
    uint8_t taps;   /* odd, at least 3 */
    uint8_t upward;
} mk_peaks_config;

typedef struct {
    uint32_t sample; /* since reset, modulo 2^32; the smoother's delay is taken off */
    float fraction;  /* -0.5 to 0.5, to add to it */
    float amplitude;
    float share; /* set when it is handed out */
} mk_peak;

typedef struct {
    mk_peaks_config config;
    float *input, *energy; /* rings */
    mk_peak peaks[MK_PEAKS_MOST];
    uint32_t now;            /* samples taken */
    uint16_t count, settled; /* peaks held, of which handed out */
    uint16_t input_at, energy_at;
} mk_peaks;

mk_status mk_peaks_init(mk_peaks *peaks, const mk_peaks_config *config, float *ring);
void mk_peaks_reset(mk_peaks *peaks);
void mk_peaks_process(mk_peaks *peaks, const float *in, uint32_t n);

/* Next settled peak; 0 if there is none. */
int mk_peaks_settled(mk_peaks *peaks, mk_peak *out);

/* Peak `index` of those that are not settled; 0 if there are no more. */
int mk_peaks_open(const mk_peaks *peaks, uint32_t index, mk_peak *out);

#endif
