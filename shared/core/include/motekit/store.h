/* Records that survive a loss of power at any moment: EEPROM or the like, byte by byte.
 *
 * A record goes into the next of `slots` places in turn, with a version, a number and a CRC-16; the newest intact one
 * counts. A write that was cut short leaves the record before it. One slot would lose both: 2 or more; with n slots
 * each cell is written every n-th time.
 */
#ifndef MOTEKIT_STORE_H
#define MOTEKIT_STORE_H

#include <stdint.h>

#include "motekit/status.h"

#define MK_STORE_HEADER 5 /* what a slot takes beside the record: version, number, CRC */

typedef struct {
    void *context;
    void (*read)(void *context, uint16_t at, uint8_t *bytes, uint16_t n);
    void (*write)(void *context, uint16_t at, const uint8_t *bytes, uint16_t n);
} mk_store_device;

typedef struct {
    const mk_store_device *device;
    uint16_t base;   /* of the first slot */
    uint16_t size;   /* of a record, 1 to 1024 */
    uint8_t slots;   /* 2 to 255 */
    uint8_t version; /* of the record's layout: another one is no record */
    uint8_t newest;  /* slot; 255: none */
    uint16_t number; /* of the newest */
} mk_store;

/* Looks for the newest intact record. */
mk_status mk_store_init(mk_store *store, const mk_store_device *device, uint16_t base, uint16_t size, uint8_t slots,
                        uint8_t version);

/* MK_ERR_STATE: there is no intact record; `record` is left alone. */
mk_status mk_store_load(const mk_store *store, void *record);

void mk_store_save(mk_store *store, const void *record);

#endif
