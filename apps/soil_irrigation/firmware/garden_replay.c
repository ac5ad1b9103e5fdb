/* A board without a garden: the hours come over the link. */
#include "garden.h"

#ifndef ARDUINO
const mk_sensor garden_sensor = {
    .name = "replay",
    .channels = MK_APP_CHANNELS,
    .channel_names = MK_APP_CHANNEL_NAMES,
    .unit = MK_APP_UNIT,
    .scale = 1.0f,
    .rate_hz = MK_APP_RATE_HZ,
};
#endif
