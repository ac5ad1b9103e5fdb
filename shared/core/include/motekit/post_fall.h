/* Falls: an impact after a moment of little weight, then stillness in another posture. A rule, no diagnosis.
 *
 *   in        one sample of acceleration in g, gravity included, `rate` a second
 *   light     the body falls: below this many g within `before` samples ahead of the impact ...
 *             and at most this often (`most_lights`, forgotten in 4 s): a runner is light at each step
 *   impact    ... at or above this many g; or `hard` alone
 *   still     after `settle` samples, the largest change of an axis from one sample to the next stays below this many
 *             g for `rest` samples
 *   turned    cosine: gravity at rest after must differ from gravity before by more than the angle of it. 1: any
 *   returns   1 once a fall, at the end of the stillness; at most one each `settle` + `rest` samples
 *
 * Gravity before is the mean of the last second up to half a second ahead of the impact. A sample that is not finite
 * ends the watch. Streaming. Source: N. Noury et al., IRBM 29, 2008 (impact, posture, inactivity); U. Lindemann et
 * al., Medical & Biological Engineering & Computing 43, 2005.
 */
#ifndef MOTEKIT_POST_FALL_H
#define MOTEKIT_POST_FALL_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_FALL_MOST_RATE 50

typedef struct {
    uint16_t rate;    /* samples a second, 10 to MK_FALL_MOST_RATE */
    uint16_t before, settle, rest; /* samples, at least 1 */
    float light, impact, hard, still;
    float most_lights;
    float turned; /* -1 to 1 */
} mk_fall_config;

typedef struct {
    mk_fall_config config;
    float gravity[3];  /* running mean of about a second, half a second late */
    float late[25][3]; /* half a second of samples */
    float upright[3];  /* gravity before the impact */
    float sum[3], last[3];
    float lights;      /* moments of little weight, the older the less */
    uint16_t since_light, watched, slot;
    uint8_t watching, started;
} mk_fall;

mk_status mk_fall_init(mk_fall *fall, const mk_fall_config *config);
void mk_fall_reset(mk_fall *fall);
int mk_fall_take(mk_fall *fall, float x, float y, float z);

#endif
