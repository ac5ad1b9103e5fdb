/* ADXL345 over SPI: its FIFO keeps 32 samples, an interrupt at 16 empties it in one burst each.
 *
 *   MK_ADXL345_CS, MK_ADXL345_INT1  pins
 *   MK_ADXL345_AXIS                 0, 1, 2: the axis that frames carry
 *
 * 16 g in full resolution, 4 mg a count. 3,200 Hz is the most it gives: an app at another rate than the part has is no
 * build (docs/add-a-sensor.md, "Rates"). Channels besides the axis hold no sample.
 *
 * Registers by the SPI library alone: Adafruit's library for the part links the board's I2C as well, 16 kB on an STM32,
 * and knows neither its FIFO nor its interrupts. Source: Analog Devices, ADXL345 data sheet, rev. G.
 */
#ifdef MK_SENSOR_ADXL345

#include <SPI.h>

#include "tools.h"

#ifndef MK_ADXL345_AXIS
#define MK_ADXL345_AXIS 2
#endif

#if MK_APP_RATE_HZ != 3200 && MK_APP_RATE_HZ != 1600 && MK_APP_RATE_HZ != 800 && MK_APP_RATE_HZ != 400 && \
    MK_APP_RATE_HZ != 200 && MK_APP_RATE_HZ != 100
#error "an ADXL345 samples at 3200, 1600, 800, 400, 200 or 100 Hz: give the board's environment a custom_variant of the app at such a rate (docs/add-a-sensor.md)"
#endif

enum { DEVICE_ID = 0x00, BW_RATE = 0x2C, POWER_CTL = 0x2D, INT_ENABLE = 0x2E, INT_MAP = 0x2F, DATA_FORMAT = 0x31,
       DATA_X0 = 0x32, FIFO_CTL = 0x38, FIFO_STATUS = 0x39 };
enum { READ = 0x80, MANY = 0x40 }; /* of an address on the bus */
enum { IS_ADXL345 = 0xE5, MEASURE = 0x08, FIFO_STREAM = 0x80, WATERMARK = 16, INT_WATERMARK = 0x02 };
enum { FULL_RESOLUTION = 0x08, RANGE_16_G = 0x03, SELF_TEST = 0x80 };
/* the codes of the rates go down from 3,200 Hz by halves */
enum { RATE_3200 = 0x0F };

static const SPISettings bus(5000000, MSBFIRST, SPI_MODE3);
static int16_t waiting[1024];
static mk_ring ring;
static mk_rate rate;

/* Sends an address and, with each of n bytes, what is in `bytes`; leaves what the part says there. */
static void transfer(uint8_t address, uint8_t *bytes, uint8_t n)
{
    SPI.beginTransaction(bus);
    digitalWrite(MK_ADXL345_CS, LOW);
    SPI.transfer(address);
    for (uint8_t i = 0; i < n; i++)
        bytes[i] = SPI.transfer(bytes[i]);
    digitalWrite(MK_ADXL345_CS, HIGH);
    SPI.endTransaction();
}

static void set(uint8_t address, uint8_t value)
{
    transfer(address, &value, 1);
}

static uint8_t get(uint8_t address)
{
    uint8_t value = 0;
    transfer((uint8_t)(address | READ), &value, 1);
    return value;
}

static int16_t axis(uint8_t wanted)
{
    uint8_t axes[6] = {0, 0, 0, 0, 0, 0};
    transfer(DATA_X0 | READ | MANY, axes, sizeof axes);
    return (int16_t)(axes[2 * wanted] | axes[2 * wanted + 1] << 8);
}

static void empty(void)
{
    for (uint8_t left = get(FIFO_STATUS) & 0x3F; left; left--) {
        const int16_t counts = mk_counts((float)axis(MK_ADXL345_AXIS) * 0.0039f * 9.80665f);
        (void)mk_ring_put(&ring, &counts, 1);
        delayMicroseconds(5); /* the FIFO needs as long to move up */
    }
}

static uint8_t rate_code(void)
{
    uint8_t code = RATE_3200;
    for (uint32_t hz = 3200; hz > (uint32_t)MK_APP_RATE_HZ; hz /= 2)
        code--;
    return code;
}

static mk_status sensor_init(void)
{
    if (mk_ring_init(&ring, waiting, sizeof waiting / sizeof *waiting) != MK_OK)
        return MK_ERR_SIZE;
    pinMode(MK_ADXL345_CS, OUTPUT);
    digitalWrite(MK_ADXL345_CS, HIGH);
    pinMode(MK_ADXL345_INT1, INPUT);
    SPI.begin();
    if (get(DEVICE_ID) != IS_ADXL345)
        return MK_ERR_IO;
    set(POWER_CTL, 0);
    set(DATA_FORMAT, FULL_RESOLUTION | RANGE_16_G);
    set(BW_RATE, rate_code());
    set(FIFO_CTL, FIFO_STREAM | WATERMARK);
    set(INT_MAP, 0);
    set(INT_ENABLE, INT_WATERMARK);
    mk_rate_start(&rate);
    attachInterrupt(digitalPinToInterrupt(MK_ADXL345_INT1), empty, RISING);
    set(POWER_CTL, MEASURE);
    return MK_OK;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    const uint32_t n = mk_ring_first(&ring, frames, max_frames);
    mk_rate_count(&rate, n, "adxl345");
    return n;
}

/* The electrostatic force must move z by 0.3 to 3.4 g: what the data sheet gives at 3.3 V, with some room. */
static mk_status self_test(void)
{
    detachInterrupt(digitalPinToInterrupt(MK_ADXL345_INT1));
    set(FIFO_CTL, 0); /* the latest sample, not the oldest */
    int32_t sum[2] = {0, 0};
    for (uint8_t pushed = 0; pushed < 2; pushed++) {
        set(DATA_FORMAT, (uint8_t)(FULL_RESOLUTION | RANGE_16_G | (pushed ? SELF_TEST : 0)));
        delay(60); /* four samples at 100 Hz and more: the part has settled */
        for (uint8_t i = 0; i < 32; i++) {
            sum[pushed] += axis(2);
            delay(1);
        }
    }
    set(DATA_FORMAT, FULL_RESOLUTION | RANGE_16_G);
    set(FIFO_CTL, FIFO_STREAM | WATERMARK);
    mk_ring_clear(&ring);
    mk_rate_start(&rate);
    attachInterrupt(digitalPinToInterrupt(MK_ADXL345_INT1), empty, RISING);
    /* the line stays up while the FIFO is above the mark: no edge would come of what waits already */
    noInterrupts();
    empty();
    interrupts();
    const float moved = (float)(sum[1] - sum[0]) / 32.0f * 0.0039f;
    return moved > 0.3f && moved < 3.4f ? MK_OK : MK_ERR_IO;
}

static uint32_t lost(void)
{
    return ring.lost;
}

extern const mk_sensor mk_adxl345;
const mk_sensor mk_adxl345 = {"adxl345", MK_APP_CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE,
                              (float)MK_APP_RATE_HZ, sensor_init, fetch, self_test, lost};

#endif
