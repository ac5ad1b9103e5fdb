/* See Arduino.h. */
#ifndef WIRE_STAND_IN_H
#define WIRE_STAND_IN_H
#include <Arduino.h>

class TwoWire : public Stream {
public:
    void begin();
    void setClock(uint32_t frequency);
    void beginTransmission(uint8_t address);
    uint8_t endTransmission(void);
    uint8_t endTransmission(bool stopBit);
    virtual size_t write(uint8_t);
    using Print::write;
    size_t requestFrom(uint8_t address, size_t len);
    size_t requestFrom(uint8_t address, size_t len, bool stopBit);
    virtual int available();
    virtual int read();
    virtual int peek();
};

extern TwoWire Wire;
#endif
