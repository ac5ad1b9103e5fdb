/* semihost.h on the host, for the reference run of the bench. */
#include "../semihost.h"

#include <stdio.h>
#include <stdlib.h>

static FILE *files[8];

int32_t semihost_open(const char *name, uint32_t length, uint32_t mode)
{
    (void)length;
    for (int32_t i = 0; i < 8; i++)
        if (!files[i]) {
            files[i] = fopen(name, mode == SEMIHOST_READ_BINARY ? "rb" : "wb");
            return files[i] ? i : -1;
        }
    return -1;
}

uint32_t semihost_read(int32_t file, void *data, uint32_t bytes)
{
    return bytes - (uint32_t)fread(data, 1, bytes, files[file]);
}

uint32_t semihost_write(int32_t file, const void *data, uint32_t bytes)
{
    return bytes - (uint32_t)fwrite(data, 1, bytes, files[file]);
}

void semihost_exit(int code)
{
    exit(code);
}
