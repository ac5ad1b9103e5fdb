/* UART of the nRF51 (nRF51 Series Reference Manual 3.0, 29). */
#include "uart.h"

#define UART(offset) (*(volatile uint32_t *)(MK_UART_BASE + (offset)))
enum { START_RX = 0x000, START_TX = 0x008, RX_READY = 0x108, TX_READY = 0x11C, INTERRUPT_SET = 0x304 };
enum { ENABLE = 0x500, PIN_TXD = 0x50C, PIN_RXD = 0x514, RXD = 0x518, TXD = 0x51C, BAUD = 0x524 };

static bool sending;

void mk_uart_init(void)
{
    UART(PIN_TXD) = 24; /* the micro:bit's USB bridge */
    UART(PIN_RXD) = 25;
    UART(BAUD) = 0x01D7E000u; /* 115200 */
    UART(ENABLE) = 4;
    UART(INTERRUPT_SET) = 1u << 2; /* RX_READY */
    UART(START_RX) = 1;
    UART(START_TX) = 1;
}

bool mk_uart_get(uint8_t *byte)
{
    if (!UART(RX_READY))
        return false;
    UART(RX_READY) = 0;
    *byte = (uint8_t)UART(RXD);
    return true;
}

void mk_uart_put(uint8_t byte)
{
    /* the event comes when a byte has left: none before the first */
    while (sending && !UART(TX_READY)) {
    }
    sending = true;
    UART(TX_READY) = 0;
    UART(TXD) = byte;
}
