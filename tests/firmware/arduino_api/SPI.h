/* See Arduino.h. */
#ifndef SPI_STAND_IN_H
#define SPI_STAND_IN_H
#include <Arduino.h>

#ifndef MSBFIRST
#define MSBFIRST 1
#endif
enum { SPI_MODE0 = 0, SPI_MODE1 = 1, SPI_MODE2 = 2, SPI_MODE3 = 3 };

class SPISettings {
public:
    SPISettings(uint32_t clock, uint8_t bitOrder, uint8_t dataMode);
};

class SPIClass {
public:
    void begin();
    void end();
    void usingInterrupt(int interruptNumber);
    void beginTransaction(SPISettings settings);
    void endTransaction(void);
    uint8_t transfer(uint8_t data);
};

extern SPIClass SPI;
#endif
