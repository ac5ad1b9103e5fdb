/* I2S microphone on an ESP32-S3, by the core's ESP_I2S library (DMA inside).
 *
 *   MK_I2S_BCLK, MK_I2S_WS, MK_I2S_DATA  pins
 *   MK_I2S_SHIFT  see i2s_rp2040.cpp
 */
#ifdef MK_SENSOR_I2S_ESP32

#include <driver/i2s.h>

#include "tools.h"

#ifndef MK_I2S_SHIFT
#define MK_I2S_SHIFT 14
#endif

static mk_rate rate;
static uint32_t overflows;
static QueueHandle_t told;

static mk_status sensor_init(void)
{
    i2s_config_t config = {};
    config.mode = (i2s_mode_t)(I2S_MODE_MASTER | I2S_MODE_RX);
    config.sample_rate = MK_APP_RATE_HZ;
    config.bits_per_sample = I2S_BITS_PER_SAMPLE_32BIT;
    config.channel_format = I2S_CHANNEL_FMT_ONLY_LEFT;
    config.communication_format = I2S_COMM_FORMAT_STAND_I2S;
    config.dma_buf_count = 16;
    config.dma_buf_len = 256;
    i2s_pin_config_t pins = {};
    pins.mck_io_num = I2S_PIN_NO_CHANGE;
    pins.bck_io_num = MK_I2S_BCLK;
    pins.ws_io_num = MK_I2S_WS;
    pins.data_out_num = I2S_PIN_NO_CHANGE;
    pins.data_in_num = MK_I2S_DATA;
    if (i2s_driver_install(I2S_NUM_0, &config, 8, &told) != ESP_OK || i2s_set_pin(I2S_NUM_0, &pins) != ESP_OK)
        return MK_ERR_IO;
    mk_rate_start(&rate);
    return MK_OK;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    i2s_event_t event;
    while (xQueueReceive(told, &event, 0) == pdTRUE)
        if (event.type == I2S_EVENT_RX_Q_OVF)
            overflows += 256;
    uint32_t n = 0;
    while (n < max_frames) {
        int32_t words[64];
        const size_t wanted = max_frames - n < 64 ? max_frames - n : 64;
        size_t bytes = 0;
        if (i2s_read(I2S_NUM_0, words, wanted * sizeof *words, &bytes, 0) != ESP_OK || bytes == 0)
            break;
        for (size_t i = 0; i < bytes / sizeof *words; i++) {
            int32_t sample = words[i] >> MK_I2S_SHIFT;
            sample = sample > 32767 ? 32767 : sample < -32767 ? -32767 : sample;
            frames[n++] = (int16_t)sample;
        }
    }
    mk_rate_count(&rate, n, "i2s");
    return n;
}

static uint32_t lost(void)
{
    return overflows;
}

extern const mk_sensor mk_i2s_esp32;
const mk_sensor mk_i2s_esp32 = {"i2s", 1, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE, (float)MK_APP_RATE_HZ,
                                sensor_init, fetch, NULL, lost};

#endif
