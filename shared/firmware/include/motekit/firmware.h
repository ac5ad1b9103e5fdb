/* The main loop that every app shares, for a port to drive: start once, then step for ever. */
#ifndef MOTEKIT_FIRMWARE_H
#define MOTEKIT_FIRMWARE_H

#include <stdint.h>

#include <motekit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

void mk_firmware_start(void);
void mk_firmware_step(void);

/* For a port's fault handler: puts actuators into their safe state and says why over the link. */
void mk_firmware_fault(mk_status code, uint32_t address, const char *text);

#ifdef __cplusplus
}
#endif

#endif
