/* See Arduino.h; as in ESP-IDF 4.4. */
#include <stdbool.h>
#include <stdint.h>
extern "C" {
int esp_task_wdt_init(uint32_t timeout, bool panic);
int esp_task_wdt_add(void *task);
int esp_task_wdt_reset(void);
}
