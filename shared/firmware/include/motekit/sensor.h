/* A sensor: one file that fills one of these.
 *
 * A frame is one sample of every channel. Physical value = raw int16 x scale, in unit.
 */
#ifndef MOTEKIT_SENSOR_H
#define MOTEKIT_SENSOR_H

#include <stdint.h>

#include <motekit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *name;          /* of the part: "adxl345" */
    uint16_t channels;
    const char *channel_names; /* separated by commas: "x,y,z" */
    const char *unit;          /* "m/s^2"; "1" for what has none */
    float scale;               /* unit per count */
    float rate_hz;             /* frames a second */

    /* Starts sampling by interrupt or DMA. A sensor without init can only be replayed. */
    mk_status (*init)(void);
    /* Moves at most max_frames from the driver's FIFO to frames (int16[max_frames][channels]); never blocks. */
    uint32_t (*fetch)(int16_t *frames, uint32_t max_frames);
    /* Asks the part whether it works: identity, self-test bits, plausible noise. May take a second. */
    mk_status (*self_test)(void);
    /* Frames lost since init because fetch came too late. NULL: the part cannot lose any. */
    uint32_t (*lost)(void);
} mk_sensor;

#ifdef __cplusplus
}
#endif

#endif
