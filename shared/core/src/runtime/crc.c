#include "motekit/crc.h"

uint16_t mk_crc16(uint16_t crc, const uint8_t *bytes, uint32_t n)
{
    while (n--) {
        /* the polynomial, eight bits at once without a table */
        uint16_t x = (uint16_t)((crc >> 8) ^ *bytes++);
        x ^= x >> 4;
        crc = (uint16_t)((crc << 8) ^ (x << 12) ^ (x << 5) ^ x);
    }
    return crc;
}
