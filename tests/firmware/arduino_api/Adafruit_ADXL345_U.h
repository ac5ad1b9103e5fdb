/* See Arduino.h; as in Adafruit ADXL345 1.3.4. */
#ifndef ADXL345_STAND_IN_H
#define ADXL345_STAND_IN_H
#include <Arduino.h>

#define ADXL345_DEFAULT_ADDRESS (0x53)
#define ADXL345_REG_BW_RATE (0x2C)
#define ADXL345_REG_INT_ENABLE (0x2E)
#define ADXL345_REG_INT_MAP (0x2F)
#define ADXL345_REG_DATA_FORMAT (0x31)
#define ADXL345_REG_DATAX0 (0x32)
#define ADXL345_REG_FIFO_CTL (0x38)
#define ADXL345_REG_FIFO_STATUS (0x39)

typedef enum {
    ADXL345_DATARATE_3200_HZ = 0b1111,
    ADXL345_DATARATE_1600_HZ = 0b1110
} dataRate_t;

typedef enum { ADXL345_RANGE_16_G = 0b11, ADXL345_RANGE_2_G = 0b00 } range_t;

class Adafruit_ADXL345_Unified {
public:
    Adafruit_ADXL345_Unified(int32_t sensorID = -1);
    Adafruit_ADXL345_Unified(uint8_t clock, uint8_t miso, uint8_t mosi, uint8_t cs, int32_t sensorID = -1);
    bool begin(uint8_t addr = ADXL345_DEFAULT_ADDRESS);
    void setRange(range_t range);
    void setDataRate(dataRate_t dataRate);
    uint8_t getDeviceID(void);
    void writeRegister(uint8_t reg, uint8_t value);
    uint8_t readRegister(uint8_t reg);
    int16_t getX(void), getY(void), getZ(void);
};
#endif
