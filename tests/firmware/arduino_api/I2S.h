/* See Arduino.h; as in libraries/I2S of the Earle Philhower RP2040 core. */
#ifndef I2S_STAND_IN_H
#define I2S_STAND_IN_H
#include <Arduino.h>

typedef uint8_t PinMode;
typedef uint8_t pin_size_t;

class I2S : public Stream {
public:
    I2S(PinMode direction = OUTPUT);
    virtual ~I2S();
    bool setBCLK(pin_size_t pin);
    bool setDATA(pin_size_t pin);
    bool setBitsPerSample(int bps);
    bool setBuffers(size_t buffers, size_t bufferWords, int32_t silenceSample = 0);
    bool begin(long sampleRate);
    virtual int available() override;
    virtual int read() override;
    virtual int peek() override;
    virtual size_t write(uint8_t) override;
    bool getOverUnderflow();
    bool read32(int32_t *l, int32_t *r);
};
#endif
