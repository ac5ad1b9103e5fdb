/* A board without a microphone: the samples come over the link. Boards that have one define MK_MICROPHONE. */
#include "microphone.h"

#include "app_config.h"

#ifndef MK_MICROPHONE
const mk_sensor mk_microphone = {
    .name = "replay",
    .channels = MK_APP_CHANNELS,
    .channel_names = MK_APP_CHANNEL_NAMES,
    .unit = MK_APP_UNIT,
    .scale = 1.0f,
    .rate_hz = MK_APP_RATE_HZ,
};
#endif
