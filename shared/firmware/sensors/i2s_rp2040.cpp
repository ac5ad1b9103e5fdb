/* I2S microphone (INMP441, SPH0645 and their kin, 24 bits in 32) on an RP2040 with the Earle Philhower core: PIO and
 * DMA fill the library's buffers.
 *
 *   MK_I2S_BCLK   bit clock; word select is the next pin, as the PIO program wants it
 *   MK_I2S_DATA   data from the microphone
 *   MK_I2S_SHIFT  how many of the 32 bits are dropped from the right, 14 unless given: full scale is then 2 bits up
 */
#ifdef MK_SENSOR_I2S_RP2040

#include <I2S.h>

#include "tools.h"

#ifndef MK_I2S_SHIFT
#define MK_I2S_SHIFT 14
#endif

static I2S microphone(INPUT);
static mk_rate rate;
static uint32_t overflows;

static mk_status sensor_init(void)
{
    microphone.setBCLK(MK_I2S_BCLK);
    microphone.setDATA(MK_I2S_DATA);
    microphone.setBitsPerSample(32);
    microphone.setBuffers(16, 256); /* 256 ms of stereo words */
    mk_rate_start(&rate);
    return microphone.begin(MK_APP_RATE_HZ) ? MK_OK : MK_ERR_IO;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    uint32_t n = 0;
    if (microphone.getOverUnderflow())
        overflows += 256;
    while (n < max_frames && microphone.available() >= 8) {
        int32_t left, right;
        if (!microphone.read32(&left, &right))
            break;
        int32_t sample = left >> MK_I2S_SHIFT;
        sample = sample > 32767 ? 32767 : sample < -32767 ? -32767 : sample;
        frames[n++] = (int16_t)sample;
    }
    mk_rate_count(&rate, n, "i2s");
    return n;
}

/* An open data line reads as all ones or all zeros. */
static mk_status self_test(void)
{
    const uint32_t from = millis();
    bool alive = false;
    int16_t before = 0;
    while (millis() - from < 300u) {
        int16_t heard[32];
        const uint32_t n = fetch(heard, 32);
        for (uint32_t i = 0; i < n; i++) {
            alive = alive || (heard[i] != before && before != 0);
            before = heard[i];
        }
    }
    overflows = 0;
    return alive ? MK_OK : MK_ERR_IO;
}

static uint32_t lost(void)
{
    return overflows;
}

extern const mk_sensor mk_i2s_rp2040;
const mk_sensor mk_i2s_rp2040 = {"i2s", 1, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE, (float)MK_APP_RATE_HZ,
                                 sensor_init, fetch, self_test, lost};

#endif
