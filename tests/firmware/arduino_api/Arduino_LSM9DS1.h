/* See Arduino.h; as in Arduino_LSM9DS1 1.1.1. */
#ifndef LSM9DS1_STAND_IN_H
#define LSM9DS1_STAND_IN_H
#include <Wire.h>

class LSM9DS1Class {
public:
    LSM9DS1Class(TwoWire &wire);
    virtual ~LSM9DS1Class();
    int begin();
    void end();
    void setContinuousMode();
    virtual int readAcceleration(float &x, float &y, float &z);
    virtual int accelerationAvailable();
};

extern LSM9DS1Class IMU_LSM9DS1;
#define IMU IMU_LSM9DS1
#endif
