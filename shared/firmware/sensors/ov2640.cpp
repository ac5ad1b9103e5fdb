/* OV2640 of an ESP32-S3 camera board, by Espressif's esp32-camera: DMA into PSRAM, two buffers. Pins of the XIAO ESP32S3
 * Sense; another board gives its own -DMK_OV2640_PINS=... in the order of camera_config_t. */
#ifdef MK_SENSOR_OV2640

#include <esp_camera.h>

#include "camera_lines.h"

static const uint32_t SILENT_MS = 500;

static mk_camera_lines lines;
static camera_fb_t *buffer;
static uint32_t heard_ms;
static mk_rate rate;

static uint8_t grey(const uint8_t *picture, uint32_t pixel)
{
    return picture[pixel];
}

static mk_status sensor_init(void)
{
    camera_config_t config = {};
    config.pin_pwdn = -1;
    config.pin_reset = -1;
    config.pin_xclk = 10;
    config.pin_sccb_sda = 40;
    config.pin_sccb_scl = 39;
    config.pin_d7 = 48;
    config.pin_d6 = 11;
    config.pin_d5 = 12;
    config.pin_d4 = 14;
    config.pin_d3 = 16;
    config.pin_d2 = 18;
    config.pin_d1 = 17;
    config.pin_d0 = 15;
    config.pin_vsync = 38;
    config.pin_href = 47;
    config.pin_pclk = 13;
    config.xclk_freq_hz = 20000000;
    config.ledc_timer = LEDC_TIMER_0;
    config.ledc_channel = LEDC_CHANNEL_0;
    config.pixel_format = PIXFORMAT_GRAYSCALE;
    config.frame_size = FRAMESIZE_QQVGA;
    config.fb_count = 2;
    config.fb_location = CAMERA_FB_IN_PSRAM;
    config.grab_mode = CAMERA_GRAB_LATEST;
    if (CAMERA_WIDTH != 160 || CAMERA_LINES != 120) {
        mk_out_log("ov2640: 160 x 120 pixels; the app wants another picture");
        return MK_ERR_ARG;
    }
    heard_ms = millis();
    mk_rate_start(&rate);
    return esp_camera_init(&config) == ESP_OK ? MK_OK : MK_ERR_IO;
}

static uint32_t fetch(int16_t *frames, uint32_t max_frames)
{
    uint32_t n = 0;
    while (n < max_frames) {
        if (!lines.picture) {
            buffer = esp_camera_fb_get();
            if (!buffer || buffer->len < (size_t)CAMERA_WIDTH * CAMERA_LINES) {
                if (buffer)
                    esp_camera_fb_return(buffer);
                if (millis() - heard_ms < SILENT_MS)
                    break;
                heard_ms = millis();
                for (uint32_t i = 0; i < (uint32_t)CAMERA_LINES && n < max_frames; i++)
                    mk_camera_no_line(frames + n++ * CAMERA_VALUES);
                break;
            }
            lines = {buffer->buf, (uint32_t)millis(), 0};
            heard_ms = millis();
            mk_rate_count(&rate, 1, "ov2640");
        }
        mk_camera_line(&lines, frames + n++ * CAMERA_VALUES, grey);
        if (++lines.line == CAMERA_LINES) {
            esp_camera_fb_return(buffer);
            lines.picture = NULL;
        }
    }
    return n;
}

static mk_status self_test(void)
{
    const sensor_t *const part = esp_camera_sensor_get();
    return part && part->id.PID == OV2640_PID ? MK_OK : MK_ERR_IO;
}

extern const mk_sensor mk_ov2640;
const mk_sensor mk_ov2640 = {"ov2640", MK_APP_CHANNELS, MK_APP_CHANNEL_NAMES, MK_APP_UNIT, MK_APP_SCALE,
                             (float)MK_APP_RATE_HZ, sensor_init, fetch, self_test, NULL};

#endif
