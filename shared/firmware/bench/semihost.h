/* Arm semihosting: files of the host and the end of the emulation. */
#ifndef BENCH_SEMIHOST_H
#define BENCH_SEMIHOST_H

#include <stdint.h>

enum { SEMIHOST_READ_BINARY = 1, SEMIHOST_WRITE_BINARY = 5 };

/* A handle, or -1. length: of the name, without its end. */
int32_t semihost_open(const char *name, uint32_t length, uint32_t mode);

/* How many of the bytes were NOT read or written. */
uint32_t semihost_read(int32_t file, void *data, uint32_t bytes);
uint32_t semihost_write(int32_t file, const void *data, uint32_t bytes);

__attribute__((noreturn)) void semihost_exit(int code);

#endif
