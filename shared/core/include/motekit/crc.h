/* CRC-16/CCITT-FALSE: polynomial 0x1021, not reflected; start with 0xFFFF. */
#ifndef MOTEKIT_CRC_H
#define MOTEKIT_CRC_H

#include <stdint.h>

uint16_t mk_crc16(uint16_t crc, const uint8_t *bytes, uint32_t n);

#endif
