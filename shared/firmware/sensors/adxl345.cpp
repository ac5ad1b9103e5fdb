/* ADXL345 over SPI: its FIFO keeps 32 samples, an interrupt at 16 empties it in one burst each.
 *
 *   MK_ADXL345_CS, MK_ADXL345_INT1  pins
 *   MK_ADXL345_AXIS                 0, 1, 2: the axis that frames carry
 *
 * 16 g in full resolution, 4 mg a count. 3,200 Hz is the most it gives: an app that was trained at more is told so and
 * not served with something else. Channels besides the axis hold no sample.
 */
#ifdef MK_SENSOR_ADXL345

#include <Adafruit_ADXL345_U.h>
#include <SPI.h>

#include "tools.h"

#ifndef MK_ADXL345_AXIS
#define MK_ADXL345_AXIS 2
#endif

enum { FIFO_STREAM = 0x80, WATERMARK = 16, INT_WATERMARK = 0x02, READ_MANY = 0xC0, SELF_TEST = 0x80 };

/* the library talks to the part by bit-banging on any pins; it sets it up, the bursts are ours */
static Adafruit_ADXL345_Unified part(SCK, MISO, MOSI, MK_ADXL345_CS, 345);
static const SPISettings bus(5000000, MSBFIRST, SPI_MODE3);
static int16_t waiting[1024];
static mk_ring ring;
static mk_rate rate;

static void burst(uint8_t first, uint8_t *bytes, uint8_t n)
{
    SPI.beginTransaction(bus);
    digitalWrite(MK_ADXL345_CS, LOW);
    SPI.transfer((uint8_t)(first | READ_MANY));
    for (uint8_t i = 0; i < n; i++)
        bytes[i] = SPI.transfer(0);
    digitalWrite(MK_ADXL345_CS, HIGH);
    SPI.endTransaction();
}

static void empty(void)
{
    uint8_t state;
    burst(ADXL345_REG_FIFO_STATUS, &state, 1);
    for (uint8_t left = state & 0x3F; left; left--) {
        uint8_t axes[6];
        burst(ADXL345_REG_DATAX0, axes, sizeof axes);
        const int16_t raw = (int16_t)(axes[2 * MK_ADXL345_AXIS] | axes[2 * MK_ADXL345_AXIS + 1] << 8);
        const int16_t counts = mk_counts((float)raw * 0.0039f * 9.80665f);
        (void)mk_ring_put(&ring, &counts, 1);
        delayMicroseconds(5); /* the FIFO needs as long to move up */
    }
}

static bool set_rate(void)
{
    static const uint16_t known[] = {3200, 1600, 800, 400, 200, 100};
    for (uint8_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((uint32_t)MK_APP_RATE_HZ == known[i]) {
            part.setDataRate((dataRate_t)(ADXL345_DATARATE_3200_HZ - i));
            return true;
        }
    mk_out_log("adxl345: 3200, 1600, 800, 400, 200 or 100 Hz; the app wants another rate");
    return false;
}

static mk_status sensor_init(void)
{
    if (mk_ring_init(&ring, waiting, sizeof waiting / sizeof *waiting) != MK_OK)
        return MK_ERR_SIZE;
    if (!part.begin())
        return MK_ERR_IO;
    part.setRange(ADXL345_RANGE_16_G);
    if (!set_rate())
        return MK_ERR_ARG;
    part.writeRegister(ADXL345_REG_FIFO_CTL, FIFO_STREAM | WATERMARK);
    part.writeRegister(ADXL345_REG_INT_MAP, 0);
    part.writeRegister(ADXL345_REG_INT_ENABLE, INT_WATERMARK);
    SPI.begin();
    pinMode(MK_ADXL345_CS, OUTPUT);
    digitalWrite(MK_ADXL345_CS, HIGH);
    pinMode(MK_ADXL345_INT1, INPUT);
    mk_rate_start(&rate);
    attachInterrupt(digitalPinToInterrupt(MK_ADXL345_INT1), empty, RISING);
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
    noInterrupts();
    const uint8_t format = part.readRegister(ADXL345_REG_DATA_FORMAT);
    int32_t sum[2] = {0, 0};
    for (uint8_t pushed = 0; pushed < 2; pushed++) {
        part.writeRegister(ADXL345_REG_DATA_FORMAT, (uint8_t)(format | (pushed ? SELF_TEST : 0)));
        delayMicroseconds(20000);
        for (uint8_t i = 0; i < 32; i++) {
            sum[pushed] += part.getZ();
            delayMicroseconds(1000);
        }
    }
    part.writeRegister(ADXL345_REG_DATA_FORMAT, format);
    mk_ring_clear(&ring);
    interrupts();
    empty();
    mk_ring_clear(&ring);
    mk_rate_start(&rate);
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
