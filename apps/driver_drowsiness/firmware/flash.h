/* Two sectors for the settings. */
#ifndef DRIVER_FLASH_H
#define DRIVER_FLASH_H

#include <motekit/post_journal.h>

const mk_flash *driver_flash(void); /* NULL: the board has none for us */

#endif
