/* ESP32 family under its Arduino core: a FreeRTOS task, whose idle time sleeps. */
#ifdef ARDUINO_ARCH_ESP32

#include <Arduino.h>
#include <esp_system.h>
#include <esp_task_wdt.h>

#include "machine.h"

extern "C" {

void mk_mcu_init(void)
{
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* light sleep would stop I2S and the camera */
    delay(1);
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
#if ESP_IDF_VERSION_MAJOR >= 5
    esp_task_wdt_config_t config = {};
    config.timeout_ms = timeout_ms;
    config.trigger_panic = true;
    esp_task_wdt_reconfigure(&config);
#else
    esp_task_wdt_init(timeout_ms / 1000u, true);
#endif
    esp_task_wdt_add(NULL);
}

void mk_mcu_watchdog_feed(void)
{
    esp_task_wdt_reset();
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    const esp_reset_reason_t why = esp_reset_reason();
    return why == ESP_RST_TASK_WDT || why == ESP_RST_WDT || why == ESP_RST_INT_WDT;
}

uint32_t mk_mcu_stack_size(void)
{
    return getArduinoLoopTaskStackSize();
}

uint32_t mk_mcu_stack_used(void)
{
    return getArduinoLoopTaskStackSize() - uxTaskGetStackHighWaterMark(NULL);
}

void mk_mcu_stop(int code)
{
    (void)code;
    esp_restart();
}
}

#endif
