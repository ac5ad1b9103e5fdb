/* BMI270 on Nano 33 BLE (revision 2). */
#ifdef MK_SENSOR_WRIST_BMI270

#include <Arduino_BMI270_BMM150.h>

#include "wrist.h"

bool mk_imu_begin(void)
{
    if (!IMU.begin(BOSCH_ACCELEROMETER_ONLY))
        return false;
    IMU.setContinuousMode();
    return true;
}

bool mk_imu_read(float xyz[3])
{
    bool any = false;
    while (IMU.accelerationAvailable() && IMU.readAcceleration(xyz[0], xyz[1], xyz[2]))
        any = true;
    return any;
}

#endif
