/* See Arduino.h; as in SparkFun MAX3010x 1.1.2. */
#ifndef MAX30105_STAND_IN_H
#define MAX30105_STAND_IN_H
#include <Wire.h>

#define MAX30105_ADDRESS 0x57
#define I2C_SPEED_STANDARD 100000
#define I2C_SPEED_FAST 400000

class MAX30105 {
public:
    MAX30105(void);
    boolean begin(TwoWire &wirePort = Wire, uint32_t i2cSpeed = I2C_SPEED_STANDARD,
                  uint8_t i2caddr = MAX30105_ADDRESS);
    void setup(byte powerLevel = 0x1F, byte sampleAverage = 4, byte ledMode = 3, int sampleRate = 400,
               int pulseWidth = 411, int adcRange = 4096);
    void shutDown();
    void wakeUp();
    uint16_t check(void);
    uint8_t available(void);
    void nextSample(void);
    uint32_t getFIFORed(void);
    uint32_t getFIFOIR(void);
    void clearFIFO(void);
    uint8_t readPartID();
};
#endif
