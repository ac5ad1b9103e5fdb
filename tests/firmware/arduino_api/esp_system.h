/* See Arduino.h; as in ESP-IDF. */
#ifdef __cplusplus
extern "C" {
#endif
typedef enum { ESP_RST_UNKNOWN, ESP_RST_INT_WDT = 5, ESP_RST_TASK_WDT = 6, ESP_RST_WDT = 7 } esp_reset_reason_t;
esp_reset_reason_t esp_reset_reason(void);
void esp_restart(void) __attribute__((noreturn));
#ifdef __cplusplus
}
#endif
#ifndef ESP_IDF_VERSION_MAJOR
#define ESP_IDF_VERSION_MAJOR 4
#endif
