/* A record that survives a power cut at any moment: kept log-structured in two flash sectors.
 *
 *   flash     two sectors of sector_bytes (a multiple of 4) that read as memory; erased bytes are 0xFF, and a write
 *             only clears bits, in whole words of 4 bytes
 *   record    bytes of payload, a multiple of 4; a slot is MK_JOURNAL_OVERHEAD more, and a sector holds at least one
 *   schema    what the payload means (its layout, the features' hash): records of another are as none
 *
 * A slot: magic and version, sequence, schema, payload, CRC-32 of all before it. The newest sound slot counts. Saving
 * writes the slot after it; when its sector is full the other one, which holds only older records, is erased first.
 * So a cut in a write or an erase leaves the old record or, once the CRC is written, the new one: never a mix. A slot
 * that a cut has torn is passed over.
 * Source: CRC-32 of ISO-HDLC (polynomial 0xEDB88320 reflected).
 */
#ifndef MOTEKIT_POST_JOURNAL_H
#define MOTEKIT_POST_JOURNAL_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_JOURNAL_OVERHEAD 16u
#define MK_JOURNAL_VERSION 1

typedef struct {
    const uint8_t *(*sector)(void *context, uint8_t sector);
    mk_status (*erase)(void *context, uint8_t sector);
    mk_status (*write)(void *context, uint8_t sector, uint32_t offset, const uint8_t *bytes, uint32_t n);
    void *context;
    uint32_t sector_bytes;
    uint8_t simulated; /* an erase takes no time here: whoever counts lost samples must lose them himself */
} mk_flash;

typedef struct {
    const mk_flash *flash;
    uint32_t record, schema, sequence, slot;
    uint32_t erases; /* since init: each stops the core, and samples with it */
    uint8_t sector, found;
} mk_journal;

/* Finds the newest record. */
mk_status mk_journal_init(mk_journal *journal, const mk_flash *flash, uint32_t record, uint32_t schema);
/* The newest record's payload, in flash; 0 if there is none. */
const uint8_t *mk_journal_load(const mk_journal *journal);
/* MK_ERR_IO if what was written does not read back. */
mk_status mk_journal_save(mk_journal *journal, const uint8_t *payload);

uint32_t mk_crc32(const uint8_t *bytes, uint32_t n, uint32_t before);

/* Flash in memory, for emulators, hosts and tests. With cut_at above 0, that operation (an erase is one for each
 * MK_FLASH_PAGE bytes, a write one for each word) is torn and nothing works after it: the power is gone. A torn word
 * has cleared some of its bits, by `tear`. */
#define MK_FLASH_PAGE 64u

typedef struct {
    uint8_t *memory; /* 2 * sector_bytes */
    uint32_t sector_bytes, operations, cut_at, tear;
    uint8_t dead;
} mk_flash_memory;

void mk_flash_memory_init(mk_flash_memory *memory, mk_flash *flash, uint8_t *bytes, uint32_t sector_bytes);

#endif
