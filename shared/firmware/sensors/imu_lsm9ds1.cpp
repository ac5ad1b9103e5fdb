/* LSM9DS1 on Nano 33 BLE (revision 1). */
#ifdef MK_SENSOR_WRIST_LSM9DS1

#include <Arduino_LSM9DS1.h>

#include "wrist.h"

bool mk_imu_begin(void)
{
    if (!IMU.begin())
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
