/* The board's microphone. */
#ifndef MICROPHONE_H
#define MICROPHONE_H

#include <motekit/sensor.h>

extern const mk_sensor mk_microphone;

#endif
