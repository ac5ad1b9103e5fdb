/* See Arduino.h; as in libraries/GC2145 of Arduino's mbed core. */
#include <camera.h>

class GC2145 : public ImageSensor {
public:
    int getID();
};
