#include <string.h>

#include "motekit/post_journal.h"

/* Whether the power holds through the next operation; *torn if it goes during it. */
static int powered(mk_flash_memory *memory, int *torn)
{
    *torn = 0;
    if (memory->dead)
        return 0;
    memory->operations++;
    if (memory->operations == memory->cut_at) {
        memory->dead = 1;
        *torn = 1;
    }
    return 1;
}

static const uint8_t *sector_of(void *context, uint8_t sector)
{
    const mk_flash_memory *const memory = context;
    return memory->memory + sector * memory->sector_bytes;
}

static mk_status erase(void *context, uint8_t sector)
{
    mk_flash_memory *const memory = context;
    uint8_t *const bytes = memory->memory + sector * memory->sector_bytes;
    for (uint32_t at = 0; at < memory->sector_bytes; at += MK_FLASH_PAGE) {
        const uint32_t left = memory->sector_bytes - at, n = left < MK_FLASH_PAGE ? left : MK_FLASH_PAGE;
        int torn;
        if (!powered(memory, &torn))
            return MK_ERR_IO;
        if (torn) {
            for (uint32_t i = 0; i < n; i++) /* some bits have risen */
                bytes[at + i] |= (uint8_t)(memory->tear >> (i % 25u));
            return MK_ERR_IO;
        }
        memset(bytes + at, 0xFF, n);
    }
    return MK_OK;
}

static mk_status write(void *context, uint8_t sector, uint32_t offset, const uint8_t *source, uint32_t n)
{
    mk_flash_memory *const memory = context;
    uint8_t *const bytes = memory->memory + sector * memory->sector_bytes + offset;
    if (offset % 4u || n % 4u || n > memory->sector_bytes || offset > memory->sector_bytes - n)
        return MK_ERR_ARG;
    for (uint32_t at = 0; at < n; at += 4) {
        int torn;
        if (!powered(memory, &torn))
            return MK_ERR_IO;
        for (uint32_t i = 0; i < 4; i++)
            bytes[at + i] &= (uint8_t)(source[at + i] | (torn ? memory->tear >> (8u * i) : 0u));
        if (torn)
            return MK_ERR_IO;
    }
    return MK_OK;
}

void mk_flash_memory_init(mk_flash_memory *memory, mk_flash *flash, uint8_t *bytes, uint32_t sector_bytes)
{
    *memory = (mk_flash_memory){.memory = bytes, .sector_bytes = sector_bytes};
    *flash = (mk_flash){sector_of, erase, write, memory, sector_bytes, 1};
}
