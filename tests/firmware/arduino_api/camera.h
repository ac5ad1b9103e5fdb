/* See Arduino.h; as in libraries/Camera of Arduino's mbed core. */
#ifndef CAMERA_STAND_IN_H
#define CAMERA_STAND_IN_H
#include <Arduino.h>

enum { CAMERA_GRAYSCALE = 0, CAMERA_RGB565 = 2 };
enum { CAMERA_R160x120 = 0, CAMERA_R320x240 = 1 };

class FrameBuffer {
public:
    FrameBuffer();
    uint32_t getBufferSize();
    uint8_t *getBuffer();
};

class ImageSensor {
public:
    virtual ~ImageSensor() {}
    virtual int getID() = 0;
};

class Camera {
public:
    Camera(ImageSensor &sensor);
    bool begin(int32_t resolution = CAMERA_R320x240, int32_t pixformat = CAMERA_GRAYSCALE, int32_t framerate = 30);
    int getID();
    int grabFrame(FrameBuffer &fb, uint32_t timeout = 5000);
};
#endif
