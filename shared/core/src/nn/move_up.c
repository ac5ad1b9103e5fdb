#include <string.h>

#include "motekit/nn_data.h"

/* as large as what compilers copy with a few instructions */
#define BLOCK 16u

void mk_move_up(uint32_t start, uint32_t n, int8_t *window)
{
    uint32_t i = 0;

    if (start >= BLOCK) {
        for (; i + BLOCK <= n; i += BLOCK)
            memcpy(&window[i], &window[i + start], BLOCK);
    }
    for (; i < n; i++)
        window[i] = window[i + start];
}
