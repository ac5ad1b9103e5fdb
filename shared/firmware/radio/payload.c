#include <motekit/radio.h>

enum { CONTACT_SUPPORTED = 4, CONTACT_SEEN = 2 };

void mk_radio_pack_event(uint8_t bytes[MK_RADIO_EVENT_BYTES], uint32_t at, uint16_t code, int32_t value)
{
    const uint32_t raw = (uint32_t)value;
    for (uint8_t i = 0; i < 4; i++) {
        bytes[i] = (uint8_t)(at >> 8 * i);
        bytes[6 + i] = (uint8_t)(raw >> 8 * i);
    }
    bytes[4] = (uint8_t)code;
    bytes[5] = (uint8_t)(code >> 8);
}

bool mk_radio_pack_rate(uint8_t bytes[MK_RADIO_RATE_BYTES], uint16_t code, int32_t value)
{
    if (code != MK_RADIO_RATE && code != MK_RADIO_NONE)
        return false;
    int32_t bpm = code == MK_RADIO_RATE ? (value + 8) / 16 : 0;
    bpm = bpm < 0 ? 0 : bpm > 255 ? 255 : bpm;
    bytes[0] = (uint8_t)(CONTACT_SUPPORTED | (code == MK_RADIO_RATE ? CONTACT_SEEN : 0));
    bytes[1] = (uint8_t)bpm;
    return true;
}
