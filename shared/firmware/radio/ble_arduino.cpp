/* By the ArduinoBLE library: boards with Arduino's own radio modules and cores. */
#ifdef MK_RADIO_ARDUINOBLE

#include <ArduinoBLE.h>

#include <motekit/radio.h>

static BLEService rate_service("180D"), event_service("a49e0001-6d6f-7465-6b69-740000000000");
static BLECharacteristic rate("2A37", BLENotify, MK_RADIO_RATE_BYTES, true);
static BLECharacteristic event("a49e0002-6d6f-7465-6b69-740000000000", BLENotify, MK_RADIO_EVENT_BYTES, true);
static bool on;

extern "C" {

bool mk_radio_begin(const char *name)
{
    on = BLE.begin();
    if (!on)
        return false;
    BLE.setLocalName(name);
    BLE.setDeviceName(name);
    rate_service.addCharacteristic(rate);
    event_service.addCharacteristic(event);
    BLE.addService(rate_service);
    BLE.addService(event_service);
    BLE.setAdvertisedService(rate_service);
    return BLE.advertise();
}

void mk_radio_event(uint32_t at, uint16_t code, int32_t value)
{
    uint8_t bytes[MK_RADIO_EVENT_BYTES], beat[MK_RADIO_RATE_BYTES];
    if (!on || !BLE.connected())
        return;
    mk_radio_pack_event(bytes, at, code, value);
    event.writeValue(bytes, sizeof bytes, false);
    if (mk_radio_pack_rate(beat, code, value))
        rate.writeValue(beat, sizeof beat, false);
}

void mk_radio_poll(void)
{
    if (on)
        BLE.poll();
}
}

#endif
