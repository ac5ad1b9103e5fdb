/* Semihosting (Arm IHI 0075): what an emulator does for the program it runs. */
#ifndef MK_SEMIHOST_H
#define MK_SEMIHOST_H

#include <stdbool.h>
#include <stdint.h>

enum { MK_SEMIHOST_READ = 0, MK_SEMIHOST_WRITE = 4 }; /* modes of fopen: "r", "w" */

int mk_semihost_open(const char *name, uint32_t name_length, int mode); /* -1: not offered */
uint32_t mk_semihost_read(int file, uint8_t *bytes, uint32_t max);      /* waits for the first; 0: closed */
void mk_semihost_write(int file, const uint8_t *bytes, uint32_t n);
void mk_semihost_exit(int code);

#endif
