/* One channel of a sensor: counts to values, and what is wrong with them.
 *
 *   frames    int16[n][stride], interleaved channels; MK_CHANNEL_MISSING stands for no sample (unplugged, dropped,
 *             not a number in a recording). The first frame's value of this channel is frames[0]
 *   out       float32[n], count x scale; a missing sample repeats the last one, 0 before the first
 *   low, high a count at or beyond them is at the end of the sensor's range
 *   stuck     samples that a run of one value must last to be called FLAT
 *
 * mk_channel_quality tells of all samples since it was last asked, then forgets them: GAP if more than a tenth
 * were missing, or `stuck` in a row; SATURATED if more than a twentieth lay at an end of the range; FLAT for a run
 * of `stuck` samples that do not change (not at an end of the range: that is SATURATED); EMPTY without a sample.
 * Streaming: any split of the frames gives the same. Cost: about 20 a sample.
 */
#ifndef MOTEKIT_DSP_CHANNEL_H
#define MOTEKIT_DSP_CHANNEL_H

#include <stdint.h>

#include "motekit/dsp_quality.h"
#include "motekit/status.h"

#define MK_CHANNEL_MISSING (-32768)

typedef struct {
    float scale;
    int16_t low, high;
    uint16_t stuck; /* at least 2 */
} mk_channel_config;

typedef struct {
    mk_channel_config config;
    int16_t last;
    uint32_t run, lost;               /* of equal samples, of missing ones, up to now */
    uint32_t count, missing, at_ends; /* since the quality was last asked for */
    uint8_t flat, gap;
} mk_channel;

mk_status mk_channel_init(mk_channel *channel, const mk_channel_config *config);
void mk_channel_reset(mk_channel *channel);
void mk_channel_process(mk_channel *channel, const int16_t *frames, uint32_t stride, uint32_t n, float *out);
mk_quality mk_channel_quality(mk_channel *channel);

#endif
