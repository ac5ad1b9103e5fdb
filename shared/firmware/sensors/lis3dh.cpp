/* LIS3DH over SPI: an interrupt for every sample.
 *
 *   MK_LIS3DH_CS, MK_LIS3DH_INT1  pins
 *   MK_LIS3DH_AXIS                0, 1, 2: the axis that frames carry
 *
 * 16 g. 1,344 Hz is the most it gives in its normal mode, in which alone it has 10 bits; other rates are refused.
 */
#ifdef MK_SENSOR_LIS3DH

#include <Adafruit_LIS3DH.h>
#include <SPI.h>

#include "tools.h"

#ifndef MK_LIS3DH_AXIS
#define MK_LIS3DH_AXIS 2
#endif

static Adafruit_LIS3DH part(MK_LIS3DH_CS, &SPI, 5000000);
static int16_t waiting[512];
static mk_ring ring;
static mk_rate rate;

static void ready(void)
{
    part.read();
    const float g[3] = {part.x_g, part.y_g, part.z_g};
    const int16_t counts = mk_counts(g[MK_LIS3DH_AXIS] * 9.80665f);
    (void)mk_ring_put(&ring, &counts, 1);
}

static bool set_rate(void)
{
    static const struct {
        uint32_t hz;
        lis3dh_dataRate_t code;
    } known[] = {{1344, LIS3DH_DATARATE_LOWPOWER_5KHZ}, {400, LIS3DH_DATARATE_400_HZ}, {200, LIS3DH_DATARATE_200_HZ},
                 {100, LIS3DH_DATARATE_100_HZ},         {50, LIS3DH_DATARATE_50_HZ},   {25, LIS3DH_DATARATE_25_HZ}};
    for (uint8_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((uint32_t)MK_APP_RATE_HZ == known[i].hz) {
            part.setDataRate(known[i].code); /* the code of 5 kHz means 1,344 Hz in the normal mode */
            return true;
        }
    mk_out_log("lis3dh: 1344, 400, 200, 100, 50 or 25 Hz; the app wants another rate");
    return false;
}

static mk_status sensor_init(void)
{
    if (mk_ring_init(&ring, waiting, sizeof waiting / sizeof *waiting) != MK_OK)
        return MK_ERR_SIZE;
    if (!part.begin())
        return MK_ERR_IO;
    part.setPerformanceMode(LIS3DH_MODE_NORMAL);
    part.setRange(LIS3DH_RANGE_16_G);
    if (!set_rate())
        return MK_ERR_ARG;
    part.enableDRDY(true, 1);
    pinMode(MK_LIS3DH_INT1, INPUT);
    SPI.usingInterrupt(digitalPinToInterrupt(MK_LIS3DH_INT1));
    mk_rate_start(&rate);
    attachInterrupt(digitalPinToInterrupt(MK_LIS3DH_INT1), ready, RISING);
    return MK_OK;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    const uint32_t n = mk_ring_first(&ring, frames, max_frames);
    mk_rate_count(&rate, n, "lis3dh");
    return n;
}

static mk_status self_test(void)
{
    return part.getDeviceID() == 0x33 ? MK_OK : MK_ERR_IO;
}

static uint32_t lost(void)
{
    return ring.lost;
}

extern const mk_sensor mk_lis3dh;
const mk_sensor mk_lis3dh = {"lis3dh", MK_APP_CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE,
                             (float)MK_APP_RATE_HZ, sensor_init, fetch, self_test, lost};

#endif
