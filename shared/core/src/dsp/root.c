#include "motekit/dsp_root.h"

uint16_t mk_root(uint32_t x)
{
    uint32_t result = 0, bit = (uint32_t)1 << 30;
    while (bit > x)
        bit >>= 2;
    for (; bit; bit >>= 2) {
        if (x >= result + bit) {
            x -= result + bit;
            result = (result >> 1) + bit;
        } else {
            result >>= 1;
        }
    }
    return (uint16_t)result;
}
