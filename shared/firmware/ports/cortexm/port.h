/* What start-up and HAL of this port share. */
#ifndef MK_PORT_H
#define MK_PORT_H

#define MK_STACK_PAINT 0xC5C5C5C5u

#endif
