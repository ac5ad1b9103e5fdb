/* Copies of bytes. The C library of small targets (newlib-nano) copies one byte at a time. */
#ifndef MK_NN_BYTES_H
#define MK_NN_BYTES_H

#include <stdint.h>
#include <string.h>

#if defined(__ARM_FEATURE_MVE)
#include <arm_mve.h>
#endif

/* to and from do not overlap, or to <= from: the copy runs upwards, at most 16 bytes are in flight. */
static inline void mk_bytes_copy(void *to, const void *from, uint32_t bytes)
{
    uint8_t *target = to;
    const uint8_t *source = from;
#if defined(__ARM_FEATURE_MVE)
    for (int32_t left = (int32_t)bytes; left > 0; left -= 16, target += 16, source += 16) {
        const mve_pred16_t lanes = vctp8q((uint32_t)left);
        vstrbq_p_u8(target, vldrbq_z_u8(source, lanes), lanes);
    }
#elif defined(__ARM_ARCH)
#if !defined(__ARM_FEATURE_UNALIGNED)
    if ((((uintptr_t)to | (uintptr_t)from) & 3u) == 0)
#endif
    {
        uint32_t words[4];
        for (; bytes >= sizeof words; bytes -= sizeof words) {
#if defined(__ARM_FEATURE_UNALIGNED)
            memcpy(words, source, sizeof words);
            memcpy(target, words, sizeof words);
#else
            /* a memcpy that the compiler cannot see to be aligned would be a call */
            const uint32_t *const aligned = (const uint32_t *)(const void *)source;
            for (uint32_t i = 0; i < 4; i++)
                words[i] = aligned[i];
            for (uint32_t i = 0; i < 4; i++)
                ((uint32_t *)(void *)target)[i] = words[i];
#endif
            target += sizeof words;
            source += sizeof words;
        }
    }
    for (; bytes; bytes--)
        *target++ = *source++;
#else
    memmove(target, source, bytes);
#endif
}

#endif
