/* See Arduino.h; as in the Pico SDK 1.5. */
#ifndef HARDWARE_FLASH_STAND_IN_H
#define HARDWARE_FLASH_STAND_IN_H
#include <stddef.h>
#include <stdint.h>

#define FLASH_PAGE_SIZE (1u << 8)
#define FLASH_SECTOR_SIZE (1u << 12)
#define PICO_FLASH_SIZE_BYTES (2 * 1024 * 1024)
#define XIP_BASE 0x10000000u

#ifdef __cplusplus
extern "C" {
#endif
void flash_range_erase(uint32_t flash_offs, size_t count);
void flash_range_program(uint32_t flash_offs, const uint8_t *data, size_t count);
#ifdef __cplusplus
}
#endif
#endif
