/* A board without the wrist's sensors: the samples come over the link. Boards that have them define MK_WRIST. */
#include "wrist.h"

#include "app_config.h"

#ifndef MK_WRIST
const mk_sensor mk_wrist = {
    .name = "replay",
    .channels = MK_APP_CHANNELS,
    .channel_names = MK_APP_CHANNEL_NAMES,
    .unit = MK_APP_UNIT,
    .scale = 1.0f,
    .rate_hz = MK_APP_RATE_HZ,
};
#endif
