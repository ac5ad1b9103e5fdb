/* RP2040 under the Earle Philhower core or the mbed core. */
#ifdef ARDUINO_ARCH_RP2040

#include <Arduino.h>
#include <hardware/flash.h>
#include <hardware/watchdog.h>

#include "machine.h"

/* before the flash's last sector, in which the Earle Philhower core emulates an EEPROM */
static const uint32_t KEPT_AT = PICO_FLASH_SIZE_BYTES - 3u * FLASH_SECTOR_SIZE;

static const uint8_t *sector_of(void *context, uint8_t sector)
{
    (void)context;
    return (const uint8_t *)(uintptr_t)(XIP_BASE + KEPT_AT + sector * FLASH_SECTOR_SIZE);
}

/* The flash is silent meanwhile: nothing may be fetched from it, an interrupt's code least of all. */
static mk_status erase(void *context, uint8_t sector)
{
    (void)context;
    noInterrupts();
    flash_range_erase(KEPT_AT + sector * FLASH_SECTOR_SIZE, FLASH_SECTOR_SIZE);
    interrupts();
    return MK_OK;
}

/* It takes whole pages; what is all ones in them stays as it is. */
static mk_status write(void *context, uint8_t sector, uint32_t offset, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    while (n) {
        uint8_t page[FLASH_PAGE_SIZE];
        const uint32_t into = offset % FLASH_PAGE_SIZE;
        const uint32_t taken = n < FLASH_PAGE_SIZE - into ? n : FLASH_PAGE_SIZE - into;
        memset(page, 0xFF, sizeof page);
        memcpy(page + into, bytes, taken);
        noInterrupts();
        flash_range_program(KEPT_AT + sector * FLASH_SECTOR_SIZE + offset - into, page, sizeof page);
        interrupts();
        offset += taken;
        bytes += taken;
        n -= taken;
    }
    return MK_OK;
}

extern "C" {

const mk_flash *mk_mcu_flash(void)
{
    static const mk_flash flash = {sector_of, erase, write, NULL, FLASH_SECTOR_SIZE, 0};
    return &flash;
}

void mk_mcu_init(void)
{
}

void mk_mcu_sleep(bool deep)
{
    (void)deep; /* dormant mode would stop PIO and DMA, which bring the samples */
    delayMicroseconds(200);
}

uint32_t mk_mcu_slept_ms(void)
{
    return 0;
}

void mk_mcu_watchdog_start(uint32_t timeout_ms)
{
    watchdog_enable(timeout_ms < 8300u ? timeout_ms : 8300u, true);
}

void mk_mcu_watchdog_feed(void)
{
    watchdog_update();
}

bool mk_mcu_was_reset_by_watchdog(void)
{
    return watchdog_caused_reboot();
}

uint32_t mk_mcu_stack_size(void)
{
    return 0; /* the two cores place it differently */
}

uint32_t mk_mcu_stack_used(void)
{
    return 0;
}

void mk_mcu_stop(int code)
{
    (void)code;
    watchdog_reboot(0, 0, 0);
    for (;;) {
    }
}
}

#endif
