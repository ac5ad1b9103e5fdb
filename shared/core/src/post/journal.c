#include "motekit/post_journal.h"

#include <string.h>

/* "mk", version */
#define MAGIC (0x6D6B0000u | MK_JOURNAL_VERSION)
#define HEAD 12u

uint32_t mk_crc32(const uint8_t *bytes, uint32_t n, uint32_t before)
{
    uint32_t crc = ~before;
    for (uint32_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (uint32_t bit = 0; bit < 8; bit++)
            crc = crc & 1u ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
    }
    return ~crc;
}

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

static uint32_t slot_bytes(const mk_journal *journal)
{
    return journal->record + MK_JOURNAL_OVERHEAD;
}

static uint32_t slots(const mk_journal *journal)
{
    return journal->flash->sector_bytes / slot_bytes(journal);
}

static const uint8_t *slot_at(const mk_journal *journal, uint8_t sector, uint32_t slot)
{
    return journal->flash->sector(journal->flash->context, sector) + slot * slot_bytes(journal);
}

static int is_sound(const mk_journal *journal, const uint8_t *slot)
{
    return get32(slot) == MAGIC && get32(slot + 8) == journal->schema &&
           get32(slot + HEAD + journal->record) == mk_crc32(slot, HEAD + journal->record, 0);
}

static int is_blank(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (bytes[i] != 0xFF)
            return 0;
    return 1;
}

mk_status mk_journal_init(mk_journal *journal, const mk_flash *flash, uint32_t record, uint32_t schema)
{
    if (!journal || !flash || !flash->sector || !flash->erase || !flash->write || record == 0 || record % 4u ||
        flash->sector_bytes % 4u || record + MK_JOURNAL_OVERHEAD > flash->sector_bytes)
        return MK_ERR_ARG;
    *journal = (mk_journal){.flash = flash, .record = record, .schema = schema};
    for (uint8_t sector = 0; sector < 2; sector++)
        for (uint32_t slot = 0; slot < slots(journal); slot++) {
            const uint8_t *const bytes = slot_at(journal, sector, slot);
            if (!is_sound(journal, bytes) || (journal->found && get32(bytes + 4) <= journal->sequence))
                continue;
            journal->found = 1;
            journal->sector = sector;
            journal->slot = slot;
            journal->sequence = get32(bytes + 4);
        }
    return MK_OK;
}

const uint8_t *mk_journal_load(const mk_journal *journal)
{
    return journal->found ? slot_at(journal, journal->sector, journal->slot) + HEAD : 0;
}

/* A blank slot for the next record, in a sector that does not hold the newest if it has to be erased. */
static mk_status find_room(mk_journal *journal, uint8_t *sector, uint32_t *slot)
{
    *sector = journal->sector;
    for (*slot = journal->found ? journal->slot + 1u : 0u; *slot < slots(journal); ++*slot)
        if (is_blank(slot_at(journal, *sector, *slot), slot_bytes(journal)))
            return MK_OK;
    *slot = 0;
    if (journal->found)
        *sector ^= 1u;
    const uint8_t *const bytes = slot_at(journal, *sector, 0);
    if (is_blank(bytes, journal->flash->sector_bytes))
        return MK_OK;
    journal->erases++;
    return journal->flash->erase(journal->flash->context, *sector);
}

static mk_status write_words(const mk_journal *journal, uint8_t sector, uint32_t offset, const uint8_t *bytes, uint32_t n)
{
    return journal->flash->write(journal->flash->context, sector, offset, bytes, n);
}

mk_status mk_journal_save(mk_journal *journal, const uint8_t *payload)
{
    uint8_t head[HEAD], sector, check[4];
    uint32_t slot;
    mk_status status = find_room(journal, &sector, &slot);
    const uint32_t offset = slot * slot_bytes(journal), sequence = journal->found ? journal->sequence + 1u : 1u;
    put32(head, MAGIC);
    put32(head + 4, sequence);
    put32(head + 8, journal->schema);
    put32(check, mk_crc32(payload, journal->record, mk_crc32(head, HEAD, 0)));
    if (status == MK_OK)
        status = write_words(journal, sector, offset, head, HEAD);
    if (status == MK_OK)
        status = write_words(journal, sector, offset + HEAD, payload, journal->record);
    if (status == MK_OK)
        status = write_words(journal, sector, offset + HEAD + journal->record, check, 4);
    if (status != MK_OK)
        return status;
    const uint8_t *const written = slot_at(journal, sector, slot);
    if (!is_sound(journal, written) || get32(written + 4) != sequence ||
        memcmp(written + HEAD, payload, journal->record) != 0)
        return MK_ERR_IO;
    journal->found = 1;
    journal->sector = sector;
    journal->slot = slot;
    journal->sequence = sequence;
    return MK_OK;
}
