/* Semihosting (Arm IHI 0075): what an emulator does for the program it runs, firmware and bench images alike. */
#ifndef MK_SEMIHOST_H
#define MK_SEMIHOST_H

#include <stdint.h>

enum { MK_SEMIHOST_READ = 1, MK_SEMIHOST_WRITE = 5 }; /* modes of fopen: "rb", "wb" */

int mk_semihost_open(const char *name, uint32_t name_length, int mode); /* -1: not offered */
uint32_t mk_semihost_read(int file, void *data, uint32_t max);          /* waits for the first byte; 0: closed */
uint32_t mk_semihost_write(int file, const void *data, uint32_t n);     /* fewer than n: nobody reads any more */
__attribute__((noreturn)) void mk_semihost_exit(int code);

#endif
