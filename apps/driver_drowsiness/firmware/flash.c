/* Where settings are kept: the port's flash; on emulators and hosts memory, which a power cut empties. */
#include "flash.h"

#ifdef ARDUINO

/* as in the port's machine.h */
extern const mk_flash *mk_mcu_flash(void);

const mk_flash *driver_flash(void)
{
    return mk_mcu_flash();
}

#else

#include <string.h>

enum { SECTOR_BYTES = 512 };

const mk_flash *driver_flash(void)
{
    static uint8_t bytes[2 * SECTOR_BYTES];
    static mk_flash_memory memory;
    static mk_flash flash;
    if (!flash.sector) {
        memset(bytes, 0xFF, sizeof bytes);
        mk_flash_memory_init(&memory, &flash, bytes, SECTOR_BYTES);
    }
    return &flash;
}

#endif
