/* Hostile frames through the whole machine, under sanitizers: what comes out must be finite, and nothing may be touched
 * that is not ours. Prints how many rows and events there were. */
#include <motekit/post_machine.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app_machine.c"
#include "sizes.h"

static uint32_t state = 12345;

static uint32_t next(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static int16_t hostile(uint32_t kind)
{
    switch (kind % 6u) {
    case 0: return (int16_t)(next() % 2001u) - 1000;
    case 1: return (int16_t)next();
    case 2: return -32768;
    case 3: return 32767;
    case 4: return 0;
    default: return next() % 50u ? 0 : 32000;
    }
}

int main(void)
{
    float *const memory = malloc(MEMORY * sizeof(float)), *const scratch = malloc(SCRATCH * sizeof(float));
    uint8_t *const flash_bytes = malloc(2u * SECTOR);
    int16_t *const frames = malloc(2u * 400u * sizeof(int16_t));
    mk_flash_memory device;
    mk_flash flash;
    mk_machine machine;
    uint32_t rows = 0, events = 0;
    memset(flash_bytes, 0xFF, 2u * SECTOR);
    mk_flash_memory_init(&device, &flash, flash_bytes, SECTOR);
    if (mk_machine_init(&machine, &mk_app_machine, &flash, memory, scratch) != MK_OK)
        return 1;
    for (uint32_t block = 0; block < 6000; block++) {
        const uint32_t n = 1u + next() % 400u, kind = block / 300u, speed = block / 700u;
        for (uint32_t i = 0; i < n; i++) {
            frames[2u * i] = hostile(kind);
            frames[2u * i + 1u] = (int16_t)(speed % 4u == 0   ? 1797
                                            : speed % 4u == 1 ? (int32_t)(next() % 3000u) - 500
                                            : speed % 4u == 2 ? -32768
                                                              : (int32_t)(next() % 65536u) - 32768);
        }
        for (uint32_t at = 0; at < n;) {
            uint8_t done;
            at += mk_machine_push(&machine, frames + 2u * at, n - at, &done);
            if (done) {
                int8_t scores[MK_MACHINE_CLASSES];
                for (uint32_t c = 0; c < MK_MACHINE_CLASSES; c++)
                    scores[c] = (int8_t)next();
                mk_machine_judge(&machine, scores);
                rows++;
                for (uint32_t j = 0; j < MK_BEARING_WIDTH; j++)
                    if (!isfinite(machine.row.features[j]))
                        return 2;
                if (!isfinite(machine.row.velocity) || !isfinite(machine.anomaly.smoothed))
                    return 3;
            }
            events += machine.event_count;
            machine.event_count = 0;
        }
    }
    printf("%u %u\n", rows, events);
    free(memory);
    free(scratch);
    free(flash_bytes);
    free(frames);
    return 0;
}
