/* The garden on a board that is not an ATmega328P, by the Arduino API: pins as on the Raspberry Pi Pico.
 *
 *   GP26 GP27 GP28  capacitive probes at 5 cm, 10 cm and among the roots (A0 A1 A2), fed by GP6
 *   GP2             rain gauge: a contact to ground for every 0.2 mm
 *   GP4             DHT22, fed by GP7
 *   GP8             valve: HIGH opens it; a pull-down closes it while the processor starts
 *   GP29            the board's own divider: a third of the supply (A3)
 *
 * It has no analog inputs left for the NTC and the photodiode: soil temperature and light are missing values, which the
 * controller knows.
 */
#ifndef GARDEN_PINS_ARDUINO_API_H
#define GARDEN_PINS_ARDUINO_API_H

enum { PIN_RAIN = 2, PIN_DHT = 4, PIN_PROBES = 6, PIN_AIR = 7, PIN_VALVE = 8 };

static const bool HAS_LIGHT = false;
static volatile uint16_t tips;
static volatile bool contact;

/* In an interrupt: the contact has opened or closed. */
static void rain(void)
{
    const bool closed = digitalRead(PIN_RAIN) == LOW;
    if (closed && !contact)
        tips = (uint16_t)(tips + 1u);
    contact = closed;
}

void garden_close(void)
{
    pinMode(PIN_VALVE, OUTPUT);
    digitalWrite(PIN_VALVE, LOW);
}

static void open_valve(void)
{
    digitalWrite(PIN_VALVE, HIGH);
}

/* Sum of 16 conversions of 10 bits: noise goes down, and a count is worth less than the noise. */
static uint16_t sum_of(uint8_t pin)
{
    uint16_t sum = 0;
    for (uint8_t i = 0; i < 16; i++)
        sum = (uint16_t)(sum + (uint16_t)analogRead(pin));
    return sum;
}

static uint16_t convert(uint8_t probe)
{
    return sum_of((uint8_t)(probe == 0 ? A0 : probe == 1 ? A1 : A2));
}

/* mV */
static int16_t supply(void)
{
    return (int16_t)((uint32_t)sum_of((uint8_t)A3) * 3u * 3300u / (16u * 1023u));
}

static void adc(bool on)
{
    (void)on;
}

static void feed_probes(bool on)
{
    digitalWrite(PIN_PROBES, on ? HIGH : LOW);
}

static void feed_air(bool on)
{
    digitalWrite(PIN_AIR, on ? HIGH : LOW);
}

/* what a broken wire gives */
static uint16_t soil_counts(void)
{
    return 0;
}

static uint16_t light_counts(void)
{
    return 0;
}

static void start_pins(void)
{
    pinMode(PIN_RAIN, INPUT_PULLUP);
    pinMode(PIN_PROBES, OUTPUT);
    pinMode(PIN_AIR, OUTPUT);
    attachInterrupt(digitalPinToInterrupt(PIN_RAIN), rain, CHANGE);
}

#endif
