/* The garden on an ATmega328P: what is wired to which pin, and how it is read.
 *
 *   A0 A1 A2  capacitive probes at 5 cm, 10 cm and among the roots, fed by D6
 *   A3        photodiode over a resistor: full scale at 1200 W/m2
 *   A4        10 kOhm NTC (B 3950) to D6's supply, 10 kOhm to ground: soil at 5 cm
 *   D2        rain gauge: a contact to ground for every 0.2 mm
 *   D4        DHT22, fed by D7
 *   D8        valve: HIGH opens it; a pull-down closes it while the processor starts
 *
 * By the ports: digitalWrite and its tables of pins take half a kilobyte.
 */
#ifndef GARDEN_PINS_UNO_H
#define GARDEN_PINS_UNO_H

enum { PIN_RAIN = 2, PIN_DHT = 4, PIN_PROBES = 6, PIN_AIR = 7, PIN_VALVE = 8 };
static const uint16_t SUPPLY_NUMBER = 1126400UL / 32; /* 1.1 V x 1024 in mV */

static volatile uint16_t tips;
static volatile bool contact;

/* Called in an interrupt: port D has changed. */
extern "C" bool mk_avr_pins(uint8_t port_d)
{
    const bool closed = !(port_d & _BV(PIN_RAIN));
    if (closed == contact)
        return false;
    contact = closed;
    if (closed)
        tips++;
    return true;
}

void garden_close(void)
{
    PORTB &= (uint8_t)~_BV(PORTB0);
    DDRB |= _BV(DDB0);
}

static void open_valve(void)
{
    PORTB |= _BV(PORTB0);
}

/* Sum of 16 conversions: noise goes down, and a count is worth less than the noise. */
static uint16_t convert(uint8_t channel)
{
    uint16_t sum = 0;
    for (uint8_t i = 0; i < 16; i++)
        sum = (uint16_t)(sum + (uint16_t)analogRead(channel));
    return sum;
}

/* mV of the supply, by the internal reference of 1.1 V. */
static int16_t supply(void)
{
    ADMUX = _BV(REFS0) | _BV(MUX3) | _BV(MUX2) | _BV(MUX1);
    delay(2);
    ADCSRA |= _BV(ADSC);
    while (ADCSRA & _BV(ADSC))
        ;
    const uint16_t counts = ADC;
    return counts < 64 ? MK_GARDENER_MISSING : (int16_t)((uint32_t)SUPPLY_NUMBER * 32u / counts);
}

static void adc(bool on)
{
    if (on)
        ADCSRA |= _BV(ADEN);
    else
        ADCSRA &= (uint8_t)~_BV(ADEN);
}

/* Power of the probes and of the NTC, and of the DHT22. */
static void feed_probes(bool on)
{
    if (on)
        PORTD |= _BV(PIN_PROBES);
    else
        PORTD &= (uint8_t)~_BV(PIN_PROBES);
}

static void feed_air(bool on)
{
    if (on)
        PORTD |= _BV(PIN_AIR);
    else
        PORTD &= (uint8_t)~_BV(PIN_AIR);
}

static uint16_t soil_counts(void)
{
    return convert(4);
}

static const bool HAS_LIGHT = true;

static uint16_t light_counts(void)
{
    return (uint16_t)analogRead(3);
}

static void start_pins(void)
{
    PORTD |= _BV(PIN_RAIN) | _BV(PIN_DHT);
    DDRD |= _BV(PIN_PROBES) | _BV(PIN_AIR);
    PCMSK2 |= _BV(PCINT18);
}

#endif
