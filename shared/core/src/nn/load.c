#include "motekit/nn_data.h"

#include "bytes.h"

void mk_load(const MK_FLASH void *from, uint32_t bytes, void *to)
{
#if defined(__AVR__)
    const MK_FLASH uint8_t *source = from;
    for (uint8_t *target = to; bytes; bytes--)
        *target++ = *source++;
#else
    mk_bytes_copy(to, from, bytes);
#endif
}
