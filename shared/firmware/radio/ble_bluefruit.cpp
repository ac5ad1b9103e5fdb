/* By Bluefruit of Adafruit's nRF52 core. */
#ifdef MK_RADIO_BLUEFRUIT

#include <bluefruit.h>

#include <motekit/radio.h>

/* a49e000x-6d6f-7465-6b69-740000000000, least significant byte first */
#define EVENT_UUID(x) {0, 0, 0, 0, 0, 0x74, 0x69, 0x6b, 0x65, 0x74, 0x6f, 0x6d, (x), 0x00, 0x9e, 0xa4}
static const uint8_t service_uuid[16] = EVENT_UUID(1), event_uuid[16] = EVENT_UUID(2);

static BLEService rate_service(UUID16_SVC_HEART_RATE);
static BLECharacteristic rate(UUID16_CHR_HEART_RATE_MEASUREMENT);
static BLEService event_service(service_uuid);
static BLECharacteristic event(event_uuid);
static bool on;

static bool add(BLEService *service, BLECharacteristic *characteristic, uint16_t bytes)
{
    characteristic->setProperties(CHR_PROPS_NOTIFY);
    characteristic->setPermission(SECMODE_OPEN, SECMODE_NO_ACCESS);
    characteristic->setFixedLen(bytes);
    return service->begin() == ERROR_NONE && characteristic->begin() == ERROR_NONE;
}

extern "C" {

bool mk_radio_begin(const char *name)
{
    if (!Bluefruit.begin())
        return false;
    Bluefruit.autoConnLed(false); /* an LED would take more than all the rest */
    Bluefruit.setName(name);
    on = add(&rate_service, &rate, MK_RADIO_RATE_BYTES) && add(&event_service, &event, MK_RADIO_EVENT_BYTES);
    Bluefruit.Advertising.addFlags(BLE_GAP_ADV_FLAGS_LE_ONLY_GENERAL_DISC_MODE);
    Bluefruit.Advertising.addService(rate_service);
    Bluefruit.ScanResponse.addName();
    Bluefruit.Advertising.restartOnDisconnect(true);
    Bluefruit.Advertising.setInterval(32, 1636); /* 20 ms, then 1022.5 ms: units of 0.625 ms */
    return on && Bluefruit.Advertising.start(0);
}

void mk_radio_event(uint32_t at, uint16_t code, int32_t value)
{
    uint8_t bytes[MK_RADIO_EVENT_BYTES], beat[MK_RADIO_RATE_BYTES];
    if (!on)
        return;
    mk_radio_pack_event(bytes, at, code, value);
    event.notify(bytes, sizeof bytes);
    if (mk_radio_pack_rate(beat, code, value))
        rate.notify(beat, sizeof beat);
}

void mk_radio_poll(void)
{
}
}

#endif
