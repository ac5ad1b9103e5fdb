/* See Arduino.h; as in Arduino_BMI270_BMM150. */
#ifndef BMI270_STAND_IN_H
#define BMI270_STAND_IN_H
#include <Wire.h>

typedef enum { BOSCH_ACCELEROMETER_ONLY, BOSCH_MAGNETOMETER_ONLY, BOSCH_ACCEL_AND_MAGN } CfgBoshSensor_t;

class BoschSensorClass {
public:
    BoschSensorClass(TwoWire &wire = Wire);
    int begin(CfgBoshSensor_t cfg = BOSCH_ACCEL_AND_MAGN);
    void setContinuousMode();
    virtual int readAcceleration(float &x, float &y, float &z);
    virtual int accelerationAvailable();
};

extern BoschSensorClass IMU_BMI270_BMM150;
#define IMU IMU_BMI270_BMM150
#endif
