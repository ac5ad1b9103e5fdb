/* HAL of a Linux or macOS process: the link is standard input and output, or the pseudo-terminal they are. */
#define _POSIX_C_SOURCE 200809L

#include <motekit/firmware.h>
#include <motekit/hal.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

static struct {
    uint8_t tx[4096];
    uint32_t tx_n;
} hal;

void mk_hal_init(void)
{
    struct termios settings;
    if (tcgetattr(STDIN_FILENO, &settings) == 0) { /* a terminal must not translate or echo */
        settings.c_iflag &= (tcflag_t) ~(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
        settings.c_oflag &= (tcflag_t)~OPOST;
        settings.c_lflag &= (tcflag_t) ~(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &settings);
    }
}

const char *mk_hal_board(void)
{
    return MK_BOARD;
}

uint32_t mk_hal_ticks(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u);
}

uint32_t mk_hal_tick_hz(void)
{
    return 1000000u;
}

static void flush(void)
{
    uint32_t at = 0;
    while (at < hal.tx_n) {
        const ssize_t n = write(STDOUT_FILENO, hal.tx + at, hal.tx_n - at);
        if (n < 0 && errno != EINTR)
            exit(0); /* the computer has left */
        at += n > 0 ? (uint32_t)n : 0;
    }
    hal.tx_n = 0;
}

static int readable(int timeout_ms)
{
    struct pollfd in = {STDIN_FILENO, POLLIN, 0};
    return poll(&in, 1, timeout_ms) > 0;
}

uint32_t mk_hal_serial_read(uint8_t *bytes, uint32_t max)
{
    if (!readable(0))
        return 0;
    const ssize_t n = read(STDIN_FILENO, bytes, max);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
        exit(0);
    return n > 0 ? (uint32_t)n : 0;
}

void mk_hal_serial_write(const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        hal.tx[hal.tx_n++] = bytes[i];
        if (bytes[i] == 0 || hal.tx_n == sizeof hal.tx) /* the end of a frame */
            flush();
    }
}

void mk_hal_sleep(void)
{
    flush();
    (void)readable(100);
}

void mk_hal_watchdog_start(uint32_t timeout_ms)
{
    (void)timeout_ms;
}

void mk_hal_watchdog_feed(void)
{
}

bool mk_hal_was_reset_by_watchdog(void)
{
    return false;
}

void mk_hal_pin_write(uint8_t pin, bool high)
{
    (void)pin;
    (void)high;
}

void mk_hal_light(bool on)
{
    (void)on;
}

uint32_t mk_hal_stack_size(void)
{
    return 0;
}

uint32_t mk_hal_stack_used(void)
{
    return 0;
}

void mk_hal_stop(int code)
{
    flush();
    exit(code);
}

int main(void)
{
    mk_firmware_start();
    for (;;)
        mk_firmware_step();
}
