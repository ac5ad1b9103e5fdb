/* An application, as the main loop sees it: one `const mk_app mk_application` in apps/<app>/firmware/app.c.
 *
 * The main loop owns the sensor, the link and the sleep. It calls process with whole blocks, so that any
 * run over the same samples makes the same calls; only the last call of a stream may be shorter.
 */
#ifndef MOTEKIT_APP_H
#define MOTEKIT_APP_H

#include <stdint.h>

#include <motekit/sensor.h>
#include <motekit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
    const char *name;
    const char *version;
    uint64_t feature_hash; /* of the feature configuration; the model carries the same */
    uint64_t model_hash;   /* of the model file */
    const mk_sensor *sensor;

    int16_t *buffer;        /* between sensor and process: int16[buffer_values] */
    uint32_t buffer_values; /* a multiple of block_frames x channels */
    uint32_t block_frames;  /* frames handed to process at once */

    mk_status (*init)(void);  /* once, at start */
    mk_status (*reset)(void); /* before every stream: as if just started */
    mk_status (*process)(const int16_t *frames, uint32_t n);
    /* Brings actuators to their safe state: sensor fault, overrun, watchdog reset, failed process. May be
     * called from a fault handler: no link, no waiting. NULL: nothing can do harm. */
    void (*fail_safe)(mk_status why);
    /* A line, up to 11 characters, that somebody typed into a terminal while no computer is linked. Answers by
     * mk_hal_serial_write. NULL: there is no menu. */
    void (*line)(char *text);
} mk_app;

extern const mk_app mk_application;

/* What process may say. Each call counts up its own index on the link from 0 at reset. */
void mk_out_features(const void *row, uint16_t bytes);
void mk_out_scores(const void *scores, uint16_t bytes);

/* An event. What at counts, and what code and value mean, is the app's (keyword spotting: the window, the
 * label, its probability in 1/65536). */
void mk_out_event(uint32_t at, uint16_t code, int32_t value);

/* One line for people; never part of a comparison. */
void mk_out_log(const char *text);

#ifdef __cplusplus
}
#endif

#endif
