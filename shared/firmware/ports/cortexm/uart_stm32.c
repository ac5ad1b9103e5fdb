/* USART of the STM32F4 (RM0090, 30.6). */
#include "uart.h"

#define RCC_APB2ENR (*(volatile uint32_t *)0x40023844u)
#define UART ((volatile uint32_t *)MK_UART_BASE)
enum { SR = 0, DR = 1, BRR = 2, CR1 = 3 };
enum { RXNE = 1 << 5, TXE = 1 << 7, RE = 1 << 2, TE = 1 << 3, RXNEIE = 1 << 5, UE = 1 << 13 };

void mk_uart_init(void)
{
    RCC_APB2ENR |= 1u << 4; /* USART1 */
    UART[BRR] = 0x8B;       /* 115200 at 16 MHz, the clock after reset */
    UART[CR1] = UE | RE | TE | RXNEIE;
}

bool mk_uart_get(uint8_t *byte)
{
    if (!(UART[SR] & RXNE))
        return false;
    *byte = (uint8_t)UART[DR];
    return true;
}

void mk_uart_put(uint8_t byte)
{
    while (!(UART[SR] & TXE)) {
    }
    UART[DR] = byte;
}
