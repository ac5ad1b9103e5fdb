/* Two sectors in memory, blank at every call: emulators have no flash controller, and a replay begins the same always. */
#ifndef ARDUINO_ARCH_STM32

#include "flash.h"

#include <string.h>

#include "app_config.h"

static uint8_t bytes[2u * MK_APP_FLASH_SECTOR];

const mk_flash *vibration_flash(void)
{
    static mk_flash_memory memory;
    static mk_flash flash;
    memset(bytes, 0xFF, sizeof bytes);
    mk_flash_memory_init(&memory, &flash, bytes, MK_APP_FLASH_SECTOR);
    return &flash;
}

#endif
