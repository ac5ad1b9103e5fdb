/* LIS3DH over I2C, beside the pulse sensor on the same bus. */
#ifdef MK_SENSOR_WRIST_LIS3DH

#include <Adafruit_LIS3DH.h>

#include "wrist.h"

static Adafruit_LIS3DH part(&Wire);

bool mk_imu_begin(void)
{
    if (!part.begin(LIS3DH_DEFAULT_ADDRESS))
        return false;
    part.setRange(LIS3DH_RANGE_8_G);
    part.setDataRate(LIS3DH_DATARATE_200_HZ);
    return true;
}

bool mk_imu_read(float xyz[3])
{
    if (!part.haveNewData())
        return false;
    part.read();
    xyz[0] = part.x_g;
    xyz[1] = part.y_g;
    xyz[2] = part.z_g;
    return true;
}

#endif
