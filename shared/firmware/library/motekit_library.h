/* An app of motekit inside a program of your own: give it frames, it calls back with what it decides.
 *
 *   static void on_event(uint32_t at, uint16_t code, int32_t value) { ... }
 *   static const mk_listener listener = {.event = on_event};
 *   mk_library_begin(&listener);
 *   for (;;) mk_library_push(frames, n);       any number of frames, as they come
 *
 * A frame is one int16 of every channel, in the unit and at the rate that app_config.h states (MK_APP_CHANNELS,
 * MK_APP_UNIT, MK_APP_RATE_HZ); INT16_MIN in a channel means that there is no sample. What at, code and value mean
 * is the app's (its README). One program holds one app. Not for interrupt handlers.
 */
#ifndef MOTEKIT_LIBRARY_H
#define MOTEKIT_LIBRARY_H

#include <stdint.h>

#include <motekit/status.h>

#include "app_config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A missing function is not called. Rows and scores live only during the call. */
typedef struct {
    void (*event)(uint32_t at, uint16_t code, int32_t value);
    void (*scores)(const void *scores, uint16_t bytes);
    void (*features)(const void *row, uint16_t bytes);
    void (*log)(const char *text);
} mk_listener;

/* Starts the app, or starts it afresh. The listener must stay. MK_ERR_ARG: no listener. */
mk_status mk_library_begin(const mk_listener *listener);

/* Takes n frames. The first error is kept: nothing more is processed until mk_library_begin. */
mk_status mk_library_push(const int16_t *frames, uint32_t n);

/* Processes what waits for a block to be full: the recording ends here. */
mk_status mk_library_flush(void);

#ifdef __cplusplus
}
#endif

#endif
