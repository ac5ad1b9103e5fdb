/* The last two sectors of an STM32F4's flash: 128 kB each, so one erase in some two hundred records.
 *
 *   MK_FLASH_FIRST, MK_FLASH_SECOND   their addresses;  MK_FLASH_FIRST_NUMBER  the number of the first
 *
 * An erase takes 1 to 2 s (set erase_ms in app.toml), in which the core waits at its next fetch from flash.
 * Source: RM0090 (STM32F405), RM0383 (F411), RM0390 (F446): embedded flash memory interface.
 */
#if defined(ARDUINO_ARCH_STM32) || defined(MK_FLASH_STM32F4)

#include "flash.h"

#include <stdint.h>

#ifndef MK_FLASH_FIRST
#if defined(STM32F405xx) || defined(STM32F407xx)
#define MK_FLASH_FIRST 0x080C0000u
#define MK_FLASH_SECOND 0x080E0000u
#define MK_FLASH_FIRST_NUMBER 10u
#else /* 512 kB parts */
#define MK_FLASH_FIRST 0x08040000u
#define MK_FLASH_SECOND 0x08060000u
#define MK_FLASH_FIRST_NUMBER 6u
#endif
#endif

enum { SECTOR_BYTES = 128 * 1024 };

#ifndef MK_FLASH_REGISTERS
#define MK_FLASH_REGISTERS 0x40023C00u
#endif

typedef struct {
    volatile uint32_t access, key, option_key, status, control;
} registers;

#define FLASH_PORT ((registers *)MK_FLASH_REGISTERS)

enum {
    PROGRAM = 1u << 0,
    SECTOR_ERASE = 1u << 1,
    NUMBER_SHIFT = 3,
    WORDS = 2u << 8, /* 2.7 to 3.6 V */
    START = 1u << 16,
    BUSY = 1u << 16,
    ERRORS = 0xF2u,
    CACHE = 1u << 10,
    CACHE_RESET = 1u << 12
};
#define LOCK (1u << 31)

static const uint32_t addresses[2] = {MK_FLASH_FIRST, MK_FLASH_SECOND};

static const uint8_t *sector_of(void *context, uint8_t sector)
{
    (void)context;
    return (const uint8_t *)(uintptr_t)addresses[sector];
}

static mk_status wait(void)
{
    while (FLASH_PORT->status & BUSY) {
    }
    return FLASH_PORT->status & ERRORS ? MK_ERR_IO : MK_OK;
}

static void unlock(void)
{
    if (FLASH_PORT->control & LOCK) {
        FLASH_PORT->key = 0x45670123u;
        FLASH_PORT->key = 0xCDEF89ABu;
    }
    FLASH_PORT->status = ERRORS; /* cleared by writing ones */
}

/* What the data cache has read of a sector is no longer true. */
static void lock(void)
{
    const uint32_t access = FLASH_PORT->access;
    FLASH_PORT->control = LOCK;
    FLASH_PORT->access = access & ~(uint32_t)CACHE;
    FLASH_PORT->access = (access & ~(uint32_t)CACHE) | CACHE_RESET;
    FLASH_PORT->access = access;
}

static mk_status erase(void *context, uint8_t sector)
{
    (void)context;
    unlock();
    FLASH_PORT->control = SECTOR_ERASE | (MK_FLASH_FIRST_NUMBER + sector) << NUMBER_SHIFT | WORDS;
    FLASH_PORT->control |= START;
    const mk_status status = wait();
    lock();
    return status;
}

static mk_status write(void *context, uint8_t sector, uint32_t offset, const uint8_t *bytes, uint32_t n)
{
    (void)context;
    mk_status status = MK_OK;
    unlock();
    FLASH_PORT->control = PROGRAM | WORDS;
    for (uint32_t at = 0; at < n && status == MK_OK; at += 4) {
        *(volatile uint32_t *)(uintptr_t)(addresses[sector] + offset + at) =
            (uint32_t)bytes[at] | (uint32_t)bytes[at + 1] << 8 | (uint32_t)bytes[at + 2] << 16 |
            (uint32_t)bytes[at + 3] << 24;
        status = wait();
    }
    lock();
    return status;
}

const mk_flash *vibration_flash(void)
{
    static const mk_flash flash = {sector_of, erase, write, 0, SECTOR_BYTES, 0};
    return &flash;
}

#endif
