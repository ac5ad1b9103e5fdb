/* Heart beats in a stream, ECG or pulse wave: adaptive threshold on a smoothed energy, times between samples.
 *
 *   in        float32, band-passed (ECG: 8 to 20 Hz, pulse wave: 0.5 to 5 Hz), any unit
 *   energy    mean over the last `smoothing` samples of in^2, or of max(in, 0)^2 with `upward` (pulse waves,
 *             whose rise must point up; an ECG may be worn either way round)
 *   beat      the highest energy within `smoothing` samples on either side, above a quarter of the way from the
 *             level of noise peaks to that of beats, at least `refractory` samples after the last. 1.66 mean
 *             intervals after the last beat, 0.4 of that threshold will do. Levels: running means of 1/8; from
 *             1.5 s after a beat on that of beats halves each half second while it is above 48 times the noise's,
 *             so that no artefact deafens it and no silence is searched for beats
 *   time      of the largest |in| (or in) within the energy's reach, by a parabola through it and its neighbours:
 *             samples since reset, whole and fraction, good to about a tenth of a sample
 *   out       mk_beat[MK_BEATS_MOST(n, refractory)], the beats found in n samples; their number is returned
 *   ring      float32[MK_BEATS_RING(smoothing)], the caller's
 *
 * Reports a beat `smoothing` samples after its energy's peak. The first three seconds only set the level, to
 * the median of their largest energies. A sample that is not finite counts as 0; `quality` then says NONFINITE.
 * Streaming: any split of the input gives the same beats. Cost: about 3 `smoothing` + 40 a sample.
 * Source: J. Pan, W. J. Tompkins, A Real-Time QRS Detection Algorithm, IEEE Trans. Biomed. Eng. 32, 1985
 * (levels, search back); one threshold, no slope test.
 */
#ifndef MOTEKIT_DSP_BEATS_H
#define MOTEKIT_DSP_BEATS_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_BEATS_MAX_SMOOTHING 256
/* input, then energy, each over four `smoothing` */
#define MK_BEATS_RING(smoothing) (8u * (smoothing))
#define MK_BEATS_MOST(n, refractory) ((n) / (refractory) + 1u)

typedef struct {
    uint16_t rate;       /* samples a second, whole */
    uint16_t smoothing;  /* samples, 2 to MK_BEATS_MAX_SMOOTHING; 0.1 s for an ECG, 0.2 s for a pulse wave */
    uint16_t refractory; /* samples, at least `smoothing`; 0.25 s */
    uint8_t upward;
} mk_beats_config;

typedef struct {
    uint32_t sample; /* since reset, modulo 2^32 */
    float fraction;  /* -0.5 to 0.5, to add to it */
    float energy;
} mk_beat;

typedef struct {
    mk_beats_config config;
    float *input, *energy;
    uint32_t now;     /* samples taken */
    uint32_t last;    /* sample of the last beat's energy peak */
    float level;      /* of beats */
    float noise;      /* of other peaks */
    float interval;   /* running mean, samples */
    float largest[3]; /* energy in each second of learning */
    uint8_t learning, found;
} mk_beats;

mk_status mk_beats_init(mk_beats *beats, const mk_beats_config *config, float *ring);
void mk_beats_reset(mk_beats *beats);

uint32_t mk_beats_process(mk_beats *beats, const float *in, uint32_t n, mk_beat *out, mk_quality *quality);

#endif
