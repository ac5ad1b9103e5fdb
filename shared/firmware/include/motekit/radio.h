/* Events by Bluetooth Low Energy, where the board has it: built with -DMK_RADIO and one of shared/firmware/radio.
 *
 *   Heart Rate Service 0x180D, measurement 0x2A37 (notify): for an app that reports heart rate
 *   events  a49e0001-6d6f-7465-6b69-740000000000, characteristic a49e0002-... (notify): every event,
 *           at u32, code u16, value i32, little endian, as MK_LINK_EVENT
 *
 * Only what the app has decided leaves the device, never a sample. Nothing is paired or encrypted: an event is what
 * anybody near may know, or the radio is left out.
 *
 *   MK_RADIO_RATE   code of the event whose value is the heart rate in 1/16 BPM; 1 unless given
 *   MK_RADIO_NONE   code of the event that says there is no reading; 2 unless given
 */
#ifndef MOTEKIT_RADIO_H
#define MOTEKIT_RADIO_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MK_RADIO_EVENT_BYTES 10u
#define MK_RADIO_RATE_BYTES 2u

#ifndef MK_RADIO_RATE
#define MK_RADIO_RATE 1
#endif
#ifndef MK_RADIO_NONE
#define MK_RADIO_NONE 2
#endif

/* Advertises under the app's name; false if the radio does not start. */
bool mk_radio_begin(const char *name);

/* Tells whoever has subscribed; returns at once. */
void mk_radio_event(uint32_t at, uint16_t code, int32_t value);

/* Gives the stack its turn. */
void mk_radio_poll(void);

/* ---- what goes over the air (payload.c) ---- */

void mk_radio_pack_event(uint8_t bytes[MK_RADIO_EVENT_BYTES], uint32_t at, uint16_t code, int32_t value);

/* Heart Rate Measurement of an event: flags (8-bit rate, contact supported and seen), BPM. Without a reading contact
 * is not seen and the rate is 0. False: the event says nothing about it. Source: Heart Rate Service 1.0, 3.1. */
bool mk_radio_pack_rate(uint8_t bytes[MK_RADIO_RATE_BYTES], uint16_t code, int32_t value);

#ifdef __cplusplus
}
#endif

#endif
