/* What the sources of this port share. */
#ifndef MK_PORT_H
#define MK_PORT_H

#include <stdbool.h>

#define MK_STACK_PAINT 0xC5C5C5C5u

void mk_watchdog_pause(bool pause);

#endif
