/* See Arduino.h; as in Adafruit LIS3DH 1.3.0. */
#ifndef LIS3DH_STAND_IN_H
#define LIS3DH_STAND_IN_H
#include <SPI.h>
#include <Wire.h>

#define LIS3DH_DEFAULT_ADDRESS (0x18)
#define LIS3DH_DEFAULT_SPIFREQ (500000)

typedef enum { LIS3DH_RANGE_16_G = 0b11, LIS3DH_RANGE_8_G = 0b10 } lis3dh_range_t;
typedef enum { LIS3DH_MODE_NORMAL = 0b00, LIS3DH_MODE_LOW_POWER = 0b01 } lis3dh_mode_t;
typedef enum {
    LIS3DH_DATARATE_400_HZ = 0b0111,
    LIS3DH_DATARATE_200_HZ = 0b0110,
    LIS3DH_DATARATE_100_HZ = 0b0101,
    LIS3DH_DATARATE_50_HZ = 0b0100,
    LIS3DH_DATARATE_25_HZ = 0b0011,
    LIS3DH_DATARATE_LOWPOWER_5KHZ = 0b1001
} lis3dh_dataRate_t;

class Adafruit_LIS3DH {
public:
    Adafruit_LIS3DH(TwoWire *Wi = &Wire);
    Adafruit_LIS3DH(int8_t cspin, SPIClass *theSPI = &SPI, uint32_t frequency = LIS3DH_DEFAULT_SPIFREQ);
    bool begin(uint8_t addr = LIS3DH_DEFAULT_ADDRESS, uint8_t nWAI = 0x33);
    uint8_t getDeviceID(void);
    bool haveNewData(void);
    bool enableDRDY(bool enable_drdy = true, uint8_t int_pin = 1);
    void read(void);
    void setPerformanceMode(lis3dh_mode_t mode);
    void setRange(lis3dh_range_t range);
    void setDataRate(lis3dh_dataRate_t dataRate);
    int16_t x, y, z;
    float x_g, y_g, z_g;
};
#endif
