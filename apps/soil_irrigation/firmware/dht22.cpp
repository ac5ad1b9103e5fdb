/* DHT22 (AM2302) on a pin (an AVR's: of port D): temperature and humidity over one wire, 40 bits of 70 or 26 us. */
#ifdef ARDUINO
#include <Arduino.h>

#include "garden.h"

#ifdef __AVR__
static bool reads(uint8_t pin)
{
    return PIND & (uint8_t)(1 << pin);
}

static void pull_down(uint8_t pin)
{
    PORTD &= (uint8_t)~(1 << pin);
    DDRD |= (uint8_t)(1 << pin);
}

static void let_go(uint8_t pin)
{
    DDRD &= (uint8_t)~(1 << pin);
    PORTD |= (uint8_t)(1 << pin);
}
#else
static bool reads(uint8_t pin)
{
    return digitalRead(pin) == HIGH;
}

static void pull_down(uint8_t pin)
{
    pinMode(pin, OUTPUT);
    digitalWrite(pin, LOW);
}

static void let_go(uint8_t pin)
{
    pinMode(pin, INPUT_PULLUP);
}
#endif

/* Until the wire is at `level`, about 350 us at most. */
static bool reaches(uint8_t pin, bool level)
{
    for (uint8_t i = 0; i < 150; i++) {
        if (reads(pin) == level)
            return true;
        delayMicroseconds(2); /* 1 would be none */
    }
    return false;
}

static bool read_bits(uint8_t pin, uint8_t *bytes)
{
    /* its answer: 80 us low, 80 us high */
    if (!reaches(pin, false) || !reaches(pin, true) || !reaches(pin, false))
        return false;
    for (uint8_t bit = 0; bit < 40; bit++) {
        if (!reaches(pin, true))
            return false;
        delayMicroseconds(40);
        bytes[bit / 8] = (uint8_t)(bytes[bit / 8] << 1 | reads(pin));
        if (!reaches(pin, false))
            return false;
    }
    return true;
}

bool garden_dht22(uint8_t pin, int16_t *temperature, int16_t *humidity)
{
    uint8_t bytes[5] = {0, 0, 0, 0, 0};
    pull_down(pin);
    delay(2);
    let_go(pin);
    noInterrupts();
    const bool whole = read_bits(pin, bytes);
    interrupts();
    if (!whole || (uint8_t)(bytes[0] + bytes[1] + bytes[2] + bytes[3]) != bytes[4])
        return false;
    *humidity = (int16_t)(bytes[0] << 8 | bytes[1]);
    *temperature = (int16_t)((bytes[2] & 0x7F) << 8 | bytes[3]);
    if (bytes[2] & 0x80)
        *temperature = (int16_t)-*temperature;
    return true;
}
#endif
