/* CMSDK APB UART of the MPS2 and MPS3 FPGA images (Arm DDI 0479D, 4.3). */
#include "uart.h"

#define UART ((volatile uint32_t *)MK_UART_BASE)
enum { DATA = 0, STATE = 1, CTRL = 2, INTCLEAR = 3, BAUDDIV = 4 };
enum { TX_FULL = 1, RX_FULL = 2, TX_ON = 1, RX_ON = 2, RX_INTERRUPT = 8, CLEAR_RX = 2 };

void mk_uart_init(void)
{
    UART[BAUDDIV] = 16; /* the smallest the part takes */
    UART[CTRL] = TX_ON | RX_ON | RX_INTERRUPT;
}

bool mk_uart_get(uint8_t *byte)
{
    if (!(UART[STATE] & RX_FULL))
        return false;
    UART[INTCLEAR] = CLEAR_RX;
    *byte = (uint8_t)UART[DATA];
    return true;
}

void mk_uart_put(uint8_t byte)
{
    while (UART[STATE] & TX_FULL) {
    }
    UART[DATA] = byte;
}
