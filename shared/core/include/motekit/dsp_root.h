/* Integer square root: the floor of it, of any 32-bit number. */
#ifndef MOTEKIT_DSP_ROOT_H
#define MOTEKIT_DSP_ROOT_H

#include <stdint.h>

uint16_t mk_root(uint32_t x);

#endif
