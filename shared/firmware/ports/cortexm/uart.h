/* The machine's serial port, polled. One source per kind of UART; the board's JSON names it. */
#ifndef MK_UART_H
#define MK_UART_H

#include <stdbool.h>
#include <stdint.h>

void mk_uart_init(void);
bool mk_uart_get(uint8_t *byte); /* false: nothing there */
void mk_uart_put(uint8_t byte);  /* waits for room */

#endif
