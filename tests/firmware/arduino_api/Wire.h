/* See Arduino.h. */
#ifndef WIRE_STAND_IN_H
#define WIRE_STAND_IN_H
#include <Arduino.h>

class TwoWire : public Stream {
public:
    void begin();
    void setClock(uint32_t frequency);
};

extern TwoWire Wire;
#endif
