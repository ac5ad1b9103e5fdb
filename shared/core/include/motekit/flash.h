/* Constants that a Harvard machine must be told to keep in flash.
 *
 * On an AVR a plain `const` lies in RAM, of which an ATmega328P has 2 kB. avr-gcc's C with GNU extensions
 * (-std=gnu99, gnu11: what Arduino uses) knows `__flash`, loads such data with LPM and checks that the two kinds
 * of pointers are not mixed; in strict ISO mode constants fall back to RAM. Everywhere else MK_FLASH is nothing.
 */
#ifndef MOTEKIT_FLASH_H
#define MOTEKIT_FLASH_H

#if defined(__AVR__) && defined(__FLASH)
#define MK_FLASH __flash
#else
#define MK_FLASH
#endif

#endif
