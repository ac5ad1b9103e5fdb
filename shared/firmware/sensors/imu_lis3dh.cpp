/* LIS3DH over I2C, beside the pulse sensor on the same bus: 8 g, 12 bits, 200 Hz.
 *
 * By its registers: Adafruit's library for the part brings its SPI and register classes along, 5 kB that a wrist's
 * budget has not. Source: STMicroelectronics, LIS3DH data sheet, rev. 2, tables 4, 31, 43.
 */
#ifdef MK_SENSOR_WRIST_LIS3DH

#include <Arduino.h>
#include <Wire.h>

#include "wrist.h"

enum { ADDRESS = 0x18, IS_LIS3DH = 0x33, EVERY_BYTE = 0x80 };
enum { WHO_AM_I = 0x0F, CTRL_REG1 = 0x20, CTRL_REG4 = 0x23, STATUS_REG = 0x27, OUT_X_L = 0x28 };
enum { RATE_200_AND_AXES = 0x67, WHOLE_SAMPLES = 0x80, RANGE_8_G = 0x20, HIGH_RESOLUTION = 0x08, NEW_XYZ = 0x08 };
/* 4 mg a count of the upper 12 bits */
static const float G_A_COUNT = 0.004f / 16.0f;

static bool get(uint8_t address, uint8_t *bytes, uint8_t n)
{
    Wire.beginTransmission((uint8_t)ADDRESS);
    Wire.write(address);
    if (Wire.endTransmission(false) != 0 || Wire.requestFrom((uint8_t)ADDRESS, (size_t)n) != n)
        return false;
    for (uint8_t i = 0; i < n; i++)
        bytes[i] = (uint8_t)Wire.read();
    return true;
}

static bool set(uint8_t address, uint8_t value)
{
    Wire.beginTransmission((uint8_t)ADDRESS);
    Wire.write(address);
    Wire.write(value);
    return Wire.endTransmission() == 0;
}

bool mk_imu_begin(void)
{
    uint8_t who = 0;
    Wire.begin();
    return get(WHO_AM_I, &who, 1) && who == IS_LIS3DH && set(CTRL_REG1, RATE_200_AND_AXES) &&
           set(CTRL_REG4, WHOLE_SAMPLES | RANGE_8_G | HIGH_RESOLUTION);
}

bool mk_imu_read(float xyz[3])
{
    uint8_t bytes[6];
    if (!get(STATUS_REG, bytes, 1) || !(bytes[0] & NEW_XYZ) || !get(OUT_X_L | EVERY_BYTE, bytes, sizeof bytes))
        return false;
    for (uint8_t i = 0; i < 3; i++)
        xyz[i] = (float)(int16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8) * G_A_COUNT;
    return true;
}

#endif
