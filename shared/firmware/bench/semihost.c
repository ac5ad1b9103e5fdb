#include "semihost.h"

enum { SYS_OPEN = 0x01, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
enum { STOPPED_BY_APPLICATION = 0x20026 };

static uint32_t call(uint32_t operation, const uint32_t *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const uint32_t *r1 __asm__("r1") = arguments;
    __asm__ volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

int32_t semihost_open(const char *name, uint32_t length, uint32_t mode)
{
    const uint32_t arguments[3] = {(uint32_t)(uintptr_t)name, mode, length};
    return (int32_t)call(SYS_OPEN, arguments);
}

uint32_t semihost_read(int32_t file, void *data, uint32_t bytes)
{
    const uint32_t arguments[3] = {(uint32_t)file, (uint32_t)(uintptr_t)data, bytes};
    return call(SYS_READ, arguments);
}

uint32_t semihost_write(int32_t file, const void *data, uint32_t bytes)
{
    const uint32_t arguments[3] = {(uint32_t)file, (uint32_t)(uintptr_t)data, bytes};
    return call(SYS_WRITE, arguments);
}

void semihost_exit(int code)
{
    const uint32_t arguments[2] = {STOPPED_BY_APPLICATION, (uint32_t)code};
    for (;;)
        (void)call(SYS_EXIT_EXTENDED, arguments);
}
