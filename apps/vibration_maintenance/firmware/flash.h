/* Where the baseline is kept: one file of the folder defines it. */
#ifndef VIBRATION_FLASH_H
#define VIBRATION_FLASH_H

#include <motekit/post_journal.h>

const mk_flash *vibration_flash(void);

#endif
