#include "motekit/store.h"

#include "motekit/crc.h"

#define NONE 255
enum { PIECE = 16 };

static uint16_t place(const mk_store *store, uint8_t slot)
{
    return (uint16_t)(store->base + (uint16_t)(store->size + MK_STORE_HEADER) * slot);
}

/* Whether a slot holds an intact record of this version, and its number. */
static int intact(const mk_store *store, uint8_t slot, uint16_t *number)
{
    const mk_store_device *const device = store->device;
    uint8_t bytes[PIECE], check[2];
    uint16_t at = place(store, slot), left = (uint16_t)(store->size + MK_STORE_HEADER - 2u), crc = 0xFFFFu;
    for (uint8_t first = 1; left; first = 0) {
        const uint16_t n = left < PIECE ? left : PIECE;
        device->read(device->context, at, bytes, n);
        if (first) {
            if (bytes[0] != store->version)
                return 0;
            *number = (uint16_t)(bytes[1] | bytes[2] << 8);
        }
        crc = mk_crc16(crc, bytes, n);
        at = (uint16_t)(at + n);
        left = (uint16_t)(left - n);
    }
    device->read(device->context, at, check, 2);
    return crc == (uint16_t)(check[0] | check[1] << 8);
}

mk_status mk_store_init(mk_store *store, const mk_store_device *device, uint16_t base, uint16_t size, uint8_t slots,
                        uint8_t version)
{
    if (!store || !device || !device->read || !device->write || size < 1 || size > 1024 || slots < 2 || slots == NONE)
        return MK_ERR_ARG;
    *store = (mk_store){device, base, size, slots, version, NONE, 0};
    for (uint8_t slot = 0; slot < slots; slot++) {
        uint16_t number = 0;
        if (!intact(store, slot, &number))
            continue;
        /* numbers wrap: newer is less than half of them ahead */
        if (store->newest == NONE || (uint16_t)(number - store->number) < 0x8000u) {
            store->newest = slot;
            store->number = number;
        }
    }
    return MK_OK;
}

mk_status mk_store_load(const mk_store *store, void *record)
{
    if (store->newest == NONE)
        return MK_ERR_STATE;
    const mk_store_device *const device = store->device;
    device->read(device->context, (uint16_t)(place(store, store->newest) + 3u), record, store->size);
    return MK_OK;
}

void mk_store_save(mk_store *store, const void *record)
{
    const mk_store_device *const device = store->device;
    store->newest = (uint8_t)(store->newest == NONE || store->newest + 1u >= store->slots ? 0 : store->newest + 1u);
    store->number++;
    const uint8_t head[3] = {store->version, (uint8_t)store->number, (uint8_t)(store->number >> 8)};
    const uint16_t crc = mk_crc16(mk_crc16(0xFFFFu, head, 3), record, store->size);
    const uint8_t tail[2] = {(uint8_t)crc, (uint8_t)(crc >> 8)};
    const uint16_t at = place(store, store->newest);
    device->write(device->context, at, head, 3);
    device->write(device->context, (uint16_t)(at + 3u), record, store->size);
    device->write(device->context, (uint16_t)(at + 3u + store->size), tail, 2);
}
