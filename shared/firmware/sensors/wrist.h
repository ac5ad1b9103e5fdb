/* An accelerometer of a wrist, as wrist.cpp asks it: one implementation is compiled in (imu_*.cpp). */
#ifndef MOTEKIT_SENSOR_WRIST_H
#define MOTEKIT_SENSOR_WRIST_H

/* Whether it is there and has started. */
bool mk_imu_begin(void);

/* The latest acceleration in g; false if nothing new has come. */
bool mk_imu_read(float xyz[3]);

#endif
