/* The wrist's sensors: two pulse waves, three axes, an ECG. */
#ifndef WRIST_H
#define WRIST_H

#include <motekit/sensor.h>

extern const mk_sensor mk_wrist;

#endif
