/* A wrist: MAX30102 (pulse waves by infra-red and red light, over I2C, with a FIFO of its own) and an accelerometer.
 *
 * The parts keep their own time (400 Hz averaged by 4; the accelerometer's about 119 Hz). Frames come at the app's
 * rate by the processor's crystal, each value on the line between the part's last two samples: a second late at most
 * by one sample of the part, and never ahead. A part that says nothing for a fifth of a second gives no samples.
 */
#if defined(MK_SENSOR_WRIST_LSM9DS1) || defined(MK_SENSOR_WRIST_BMI270) || defined(MK_SENSOR_WRIST_LIS3DH)

#include <MAX30105.h>
#include <motekit/hal.h>

#include "tools.h"
#include "wrist.h"

enum { LIGHT_CODE = 0x1F, AVERAGE = 4, RED_AND_IR = 2, PULSE_HZ = 400, PULSE_WIDTH_US = 411, RANGE_NA = 4096 };
enum { CHANNELS = 6, PULSE = 0, MOTION = 2 };
static const uint32_t SILENT_US = 200000, FRAME_US = (uint32_t)(1000000.0f / MK_APP_RATE_HZ);
static const uint32_t PULSE_US = 1000000u * AVERAGE / PULSE_HZ;

/* two samples of a part's channels, and when the later one came */
struct track {
    float before[3], last[3];
    uint32_t before_us, last_us;
    bool any;
};

static MAX30105 pulse;
static track pulses, motions;
static uint32_t next_us, missed;
static mk_rate rate;

static void add(track *t, const float *values, uint8_t n, uint32_t at_us)
{
    memcpy(t->before, t->last, sizeof t->before);
    memcpy(t->last, values, n * sizeof *values);
    t->before_us = t->any ? t->last_us : at_us - 1;
    t->last_us = at_us;
    t->any = true;
}

static int16_t at(const track *t, uint8_t channel, uint32_t us, float counts)
{
    if (!t->any || us - t->last_us + SILENT_US > 2 * SILENT_US)
        return (int16_t)MK_MISSING;
    const float span = (float)(t->last_us - t->before_us);
    float share = (float)(int32_t)(us - t->before_us) / span;
    share = share < 0 ? 0 : share > 1 ? 1 : share;
    const float value = (t->before[channel] + (t->last[channel] - t->before[channel]) * share) * counts;
    return value > 32767.0f ? 32767 : value < -32767.0f ? -32767 : (int16_t)(value < 0 ? value - 0.5f : value + 0.5f);
}

static mk_status sensor_init(void)
{
    if (!pulse.begin(Wire, I2C_SPEED_FAST) || !mk_imu_begin())
        return MK_ERR_IO;
    pulse.setup(LIGHT_CODE, AVERAGE, RED_AND_IR, PULSE_HZ, PULSE_WIDTH_US, RANGE_NA);
    pulse.clearFIFO();
    next_us = micros();
    mk_rate_start(&rate);
    return MK_OK;
}

static void take(uint32_t now_us)
{
    float xyz[3];
    if (mk_imu_read(xyz)) {
        for (uint8_t i = 0; i < 3; i++)
            xyz[i] = mk_calibrated(xyz[i], MOTION + i); /* in g */
        add(&motions, xyz, 3, now_us);
    }
    uint32_t waiting = pulse.check();
    while (pulse.available()) {
        /* 18 bits, the light that comes back; the pulse is in its least part: the level goes to the middle */
        const float light[2] = {(float)pulse.getFIFOIR(), (float)pulse.getFIFORed()};
        waiting = waiting ? waiting - 1 : 0;
        add(&pulses, light, 2, now_us - waiting * PULSE_US);
        pulse.nextSample();
    }
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    const uint32_t now = micros();
    take(now);
    uint32_t n = 0;
    /* one sample of the part behind: both ends of the line are known */
    while (n < max_frames && (int32_t)(now - PULSE_US - next_us) > 0) {
        int16_t *const frame = frames + n * CHANNELS;
        for (uint8_t i = 0; i < 2; i++)
            frame[PULSE + i] = at(&pulses, i, next_us, 1.0f / 8.0f); /* 262,143 counts in 16 bits */
        for (uint8_t i = 0; i < 3; i++)
            frame[MOTION + i] = at(&motions, i, next_us, 4096.0f);
        frame[5] = (int16_t)MK_MISSING; /* no electrode */
        next_us += FRAME_US;
        n++;
    }
    if ((int32_t)(now - next_us) > 1000000) { /* asked too late: the parts' FIFOs have run over */
        missed += (now - next_us) / FRAME_US;
        next_us = now;
    }
    mk_rate_count(&rate, n, "wrist");
    return n;
}

void mk_hal_light(bool on)
{
    if (!on) {
        pulse.shutDown();
        return;
    }
    pulse.wakeUp();
    /* what its FIFO holds is from before */
    pulse.clearFIFO();
    pulses.any = false;
}

static mk_status self_test(void)
{
    return pulse.readPartID() == 0x15 ? MK_OK : MK_ERR_IO;
}

static uint32_t lost(void)
{
    return missed;
}

extern const mk_sensor mk_wrist;
const mk_sensor mk_wrist = {"max30102", CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE,
                            (float)MK_APP_RATE_HZ, sensor_init, fetch, self_test, lost};

#endif
