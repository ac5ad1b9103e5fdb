/* What EEPROM keeps: settings with the probes' calibration, twice, and a record of each hour and of each turn of the
 * valve, in turn through the rest of it. */
#ifdef ARDUINO
#include <Arduino.h>
#ifdef __AVR__
#include <EEPROM.h>
#endif

extern "C" {
#include <motekit/store.h>
}

#include "../../../shared/firmware/ports/arduino/machine.h"

#include "garden.h"

/* of the layouts below: count up when one changes */
static const uint8_t SETTINGS_VERSION = 1, RECORD_VERSION = 1;
static const uint8_t SETTINGS_SLOTS = 2;

static mk_store settings, records;

#ifndef __AVR__
/* No EEPROM: its image in RAM, which the flash's journal keeps where the port has one. Without one, settings are those
 * of app.toml, and after a reset the garden begins afresh, its valve closed. */
enum { E2END = 1023, IMAGE_SCHEMA = 1 };
static struct {
    uint8_t bytes[E2END + 1];
    bool fresh, kept;
    mk_journal journal;

    uint8_t &at(uint16_t place)
    {
        if (!fresh) {
            fresh = true;
            memset(bytes, 0xFF, sizeof bytes);
            const mk_flash *const flash = mk_mcu_flash();
            kept = flash && mk_journal_init(&journal, flash, sizeof bytes, IMAGE_SCHEMA) == MK_OK;
            const uint8_t *const before = kept ? mk_journal_load(&journal) : NULL;
            if (before)
                memcpy(bytes, before, sizeof bytes);
        }
        return bytes[place];
    }
    uint8_t read(uint16_t place) { return at(place); }
    void update(uint16_t place, uint8_t value) { at(place) = value; }
    void commit() { if (kept) (void)mk_journal_save(&journal, bytes); }
} EEPROM;
#endif

static const uint16_t RECORDS_AT = SETTINGS_SLOTS * (sizeof(mk_gardener_config) + MK_STORE_HEADER);
static const uint8_t RECORD_SLOTS = (E2END + 1 - RECORDS_AT) / (sizeof(mk_gardener_record) + MK_STORE_HEADER);

static void read(void *context, uint16_t at, uint8_t *bytes, uint16_t n)
{
    (void)context;
    while (n--)
        *bytes++ = EEPROM.read(at++);
}

static void write(void *context, uint16_t at, const uint8_t *bytes, uint16_t n)
{
    (void)context;
    while (n--)
        EEPROM.update(at++, *bytes++);
}

static void save(mk_store *store, const void *record)
{
    mk_store_save(store, record);
#ifndef __AVR__
    EEPROM.commit();
#endif
}

static const mk_store_device device = {NULL, read, write};

mk_status garden_load_settings(void)
{
    mk_gardener_config *const config = &garden_config;
    (void)mk_store_init(&records, &device, RECORDS_AT, sizeof(mk_gardener_record), RECORD_SLOTS, RECORD_VERSION);
    (void)mk_store_init(&settings, &device, 0, sizeof *config, SETTINGS_SLOTS, SETTINGS_VERSION);
    const int16_t *const above = config->above;
    if (mk_store_load(&settings, config) == MK_OK) {
        /* the version it was written by had its table elsewhere */
        config->above = above;
        if (garden_restart() == MK_OK)
            return MK_OK;
    } else if (EEPROM.read(0) == 0xFF && EEPROM.read(sizeof *config + MK_STORE_HEADER) == 0xFF) {
        return MK_OK; /* nobody has ever saved any */
    }
    return MK_ERR_FORMAT;
}

void garden_save_settings(void)
{
    save(&settings, &garden_config);
}

bool garden_load_record(mk_gardener_record *record)
{
    return mk_store_load(&records, record) == MK_OK;
}

void garden_save_record(const mk_gardener_record *record)
{
    save(&records, record);
}
#endif
