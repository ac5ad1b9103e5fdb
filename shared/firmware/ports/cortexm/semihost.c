#include "semihost.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { APPLICATION_EXIT = 0x20026 };

static int32_t call(int32_t operation, const uint32_t *arguments)
{
    register int32_t r0 __asm__("r0") = operation;
    register const uint32_t *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int mk_semihost_open(const char *name, uint32_t name_length, int mode)
{
    const uint32_t arguments[] = {(uint32_t)(uintptr_t)name, (uint32_t)mode, name_length};
    return call(SYS_OPEN, arguments);
}

uint32_t mk_semihost_read(int file, void *data, uint32_t max)
{
    const uint32_t arguments[] = {(uint32_t)file, (uint32_t)(uintptr_t)data, max};
    const int32_t missing = call(SYS_READ, arguments);
    return missing < 0 || (uint32_t)missing > max ? 0 : max - (uint32_t)missing;
}

uint32_t mk_semihost_write(int file, const void *data, uint32_t n)
{
    const uint8_t *bytes = data;
    uint32_t written = 0;
    while (written < n) {
        const uint32_t arguments[] = {(uint32_t)file, (uint32_t)(uintptr_t)(bytes + written), n - written};
        const int32_t left = call(SYS_WRITE, arguments);
        if (left < 0 || (uint32_t)left >= n - written)
            break; /* nobody reads any more */
        written = n - (uint32_t)left;
    }
    return written;
}

void mk_semihost_exit(int code)
{
    const uint32_t arguments[] = {APPLICATION_EXIT, (uint32_t)code};
    for (;;)
        (void)call(SYS_EXIT_EXTENDED, arguments);
}
