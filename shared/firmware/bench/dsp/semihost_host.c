/* semihost.h on the host, for the reference run of the bench. */
#include "semihost.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *files[8];

int mk_semihost_open(const char *name, uint32_t length, int mode)
{
    (void)length;
    for (int i = 0; i < 8; i++)
        if (!files[i]) {
            files[i] = fopen(name, mode == MK_SEMIHOST_READ ? "rb" : "wb");
            return files[i] ? i : -1;
        }
    return -1;
}

uint32_t mk_semihost_read(int file, void *data, uint32_t max)
{
    return (uint32_t)fread(data, 1, max, files[file]);
}

uint32_t mk_semihost_write(int file, const void *data, uint32_t n)
{
    return (uint32_t)fwrite(data, 1, n, files[file]);
}

void mk_semihost_exit(int code)
{
    exit(code);
}
