/* Runs an ATmega328P firmware in libsimavr, faster than real time while it sleeps.
 *
 *   avr_run HZ ELF                        link: the serial port is standard input and output; ends with them
 *   avr_run HZ ELF live SCRIPT [EEPROM]   garden: what SCRIPT says happens to the pins; the valve is watched
 *
 * A line of SCRIPT: SECONDS WHAT VALUE, in order of time. WHAT: a0 to a7 (mV at the converter), supply (mV), air (0.1
 * degC), humidity (0.1 %), dht (1 answers, 0 is silent), rain (contacts), text (a line typed, _ for a space), cut
 * (power fails and comes back VALUE seconds later, wherever the program is), hang (the program turns on the spot where
 * it is, until a reset), flip (byte of EEPROM gets another value while the power is off or on), end.
 *
 * Standard output of `live`: what the serial port says, raw, after `serial `; lines `valve TIME STATE`, `feed PIN TIME
 * STATE` (pins that feed sensors), `reset TIME` (power is back), `watchdog TIME` (any other reset), and at the end
 * `stack BYTES` (of the life that ends) and `cycles ACTIVE IDLE DOWN` (by kind of sleep). Exit code 3: the firmware
 * crashed.
 */
#define _DEFAULT_SOURCE
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>

enum { PIN_RAIN = 2, PIN_DHT = 4, PIN_VALVE = 0, PIN_PROBES = 6, PIN_AIR = 7, SMCR = 0x53, EICRA = 0x69 };

static avr_t *avr;
static uint32_t hz;
static int live, ready = 1, ended;
static avr_irq_t *uart_in;
static uint64_t cycles[3]; /* active, idle, power-down */
static avr_cycle_count_t moved; /* when a byte last went over the serial port */

static double seconds(void)
{
    return (double)avr->cycle / hz;
}

/* ---- the serial port ---- */

/* A line is said when it is whole: other lines must not come into it. */
static struct {
    uint8_t bytes[4096];
    size_t n;
} line;

static void say_line(void)
{
    if (line.n) {
        fputs("serial ", stdout);
        fwrite(line.bytes, 1, line.n, stdout);
        putchar('\n');
    }
    line.n = 0;
}

static void on_byte(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq;
    (void)context;
    moved = avr->cycle;
    if (!live) {
        putchar((int)value);
        if (value == 0)
            fflush(stdout);
        return;
    }
    if (value != '\n')
        line.bytes[line.n++] = (uint8_t)value;
    if (value == '\n' || line.n == sizeof line.bytes)
        say_line();
}

static void on_ready(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq;
    (void)value;
    ready = context != NULL;
}

static int power_down(void)
{
    return avr->state == cpu_Sleeping && (avr->data[SMCR] & 0x0E) == 0x04;
}

static void send(uint8_t byte)
{
    moved = avr->cycle;
    if (power_down()) { /* the start bit wakes it */
        avr_irq_t *const rx = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), 0);
        avr_raise_irq(rx, 0);
        avr_raise_irq(rx, 1);
    }
    avr_raise_irq(uart_in, byte);
}

/* Bytes that have come for the firmware, as fast as its port takes them. */
static void feed(int wait_ms)
{
    static uint8_t bytes[4096];
    static ssize_t at, n;
    if (at == n) {
        struct pollfd in = {STDIN_FILENO, POLLIN, 0};
        fflush(stdout);
        if (poll(&in, 1, wait_ms) <= 0)
            return;
        n = read(STDIN_FILENO, bytes, sizeof bytes);
        at = 0;
        if (n <= 0) {
            ended = 1;
            return;
        }
    }
    while (ready && at < n)
        send(bytes[at++]);
}

/* ---- time ---- */

static void on_sleep(avr_t *a, avr_cycle_count_t how_long)
{
    cycles[(a->data[SMCR] & 0x0E) == 0x04 ? 2 : 1] += how_long;
    /* bytes are on their way for a while; after that nothing else can wake it */
    if (!live)
        feed(a->cycle - moved > hz / 50 ? 50 : 0);
}

/* ---- DHT22: an answer to a start pulse of a millisecond ---- */

static struct {
    int answers, air, humidity;
    uint64_t low_since;
    uint8_t bytes[5];
    int edge;
} dht = {1, 210, 550, 0, {0}, -1};

static void dht_set(int level)
{
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), PIN_DHT), (uint32_t)level);
}

static avr_cycle_count_t us(unsigned n)
{
    return (avr_cycle_count_t)n * (hz / 1000000);
}

/* Edge after edge: low 80, high 80, then for each bit low 50 and high 26 or 70. */
static avr_cycle_count_t dht_next(avr_t *a, avr_cycle_count_t when, void *context)
{
    (void)a;
    (void)context;
    const int edge = dht.edge++;
    dht_set(edge & 1);
    if (edge < 2)
        return when + us(80);
    const int bit = (edge - 2) / 2;
    if (bit == 40 && (edge & 1)) {
        dht.edge = -1;
        return 0;
    }
    if (!(edge & 1))
        return when + us(50);
    return when + us(dht.bytes[bit / 8] & (0x80 >> bit % 8) ? 70 : 26);
}

static void on_dht_direction(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq;
    (void)context;
    const int drives_low = value & (1 << PIN_DHT);
    if (drives_low) {
        dht.low_since = avr->cycle;
    } else if (dht.low_since && avr->cycle - dht.low_since > us(800)) {
        dht.low_since = 0;
        dht_set(1);
        if (!dht.answers || dht.edge >= 0)
            return;
        const int t = dht.air < 0 ? -dht.air | 0x8000 : dht.air;
        dht.bytes[0] = (uint8_t)(dht.humidity >> 8);
        dht.bytes[1] = (uint8_t)dht.humidity;
        dht.bytes[2] = (uint8_t)(t >> 8);
        dht.bytes[3] = (uint8_t)t;
        dht.bytes[4] = (uint8_t)(dht.bytes[0] + dht.bytes[1] + dht.bytes[2] + dht.bytes[3]);
        dht.edge = 0;
        avr_cycle_timer_register(avr, us(30), dht_next, NULL);
    }
}

/* ---- the valve ---- */

static int valve, valve_high, valve_driven;

static void look_at_valve(void)
{
    const int open = valve_high && valve_driven;
    if (open == valve)
        return;
    valve = open;
    printf("valve %.3f %d\n", seconds(), valve);
}

static void on_valve(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq;
    (void)context;
    valve_high = value != 0;
    look_at_valve();
}

static void on_valve_direction(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)irq;
    (void)context;
    valve_driven = value & (1 << PIN_VALVE);
    look_at_valve();
}

static void on_feed(avr_irq_t *irq, uint32_t value, void *context)
{
    (void)context;
    printf("feed %u %.6f %u\n", (unsigned)(irq->irq & 7u), seconds(), (unsigned)(value & 1u));
}

/* Bytes of the stack that no longer hold what the firmware painted it with (shared/firmware/ports/arduino/avr.cpp). */
static unsigned stack_used(uint16_t data_end)
{
    enum { PAINT = 0xC5, NOINIT = 16 };
    uint16_t at = data_end;
    while (at < data_end + NOINIT && avr->data[at] != PAINT)
        at++;
    while (at <= avr->ramend && avr->data[at] == PAINT)
        at++;
    return (unsigned)(avr->ramend - at) + 1u;
}

/* ---- the script ---- */

static void flip(uint32_t at)
{
    uint8_t byte;
    avr_eeprom_desc_t place = {&byte, (uint16_t)(at & 1023), 1};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &place);
    byte = (uint8_t)(byte * 5u + (at >> 10) + 1u);
    avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &place);
}

static void (*core_reset)(avr_t *);
static int power_fails;
static struct {
    uint8_t word[2];
    avr_flashaddr_t at;
    int on;
} hung;

static void hang(void)
{
    if (hung.on)
        return;
    hung.at = avr->pc;
    hung.on = 1;
    memcpy(hung.word, avr->flash + hung.at, 2);
    avr->flash[hung.at] = 0xFF; /* rjmp .-2 */
    avr->flash[hung.at + 1] = 0xCF;
}

/* The rain gauge's pin is INT0 too, which nothing here uses: were it for a low level, as after a reset, libsimavr would
 * look at a closed contact in every cycle. */
static void spare_the_rain(void)
{
    avr->data[EICRA] |= 1;
}

/* Whatever has reset it: pins float. libsimavr tells of changes only, so it must know too. */
static void on_reset(avr_t *a)
{
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), PIN_VALVE), 0);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), IOPORT_IRQ_DIRECTION_ALL), 0);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), IOPORT_IRQ_DIRECTION_ALL), 0);
    if (hung.on)
        memcpy(avr->flash + hung.at, hung.word, 2);
    hung.on = 0;
    spare_the_rain();
    if (!power_fails)
        printf("watchdog %.3f\n", seconds());
    if (core_reset)
        core_reset(a);
}

/* Power fails at this very instruction: pins float, RAM is lost, EEPROM stays. */
static void cut(double off_s)
{
    const avr_cycle_count_t now = avr->cycle;
    dht.edge = -1;
    dht.low_since = 0;
    avr_cycle_timer_cancel(avr, dht_next, NULL);
    power_fails = 1;
    avr_reset(avr);
    power_fails = 0;
    for (uint32_t i = 0x100; i <= avr->ramend; i++)
        avr->data[i] = (uint8_t)rand();
    avr->cycle = now + (avr_cycle_count_t)(off_s * hz);
    avr->data[0x54] = 1; /* MCUSR: power-on */
    ready = 1;
    printf("reset %.3f\n", seconds());
}

static void happen(const char *what, const char *value)
{
    const double number = atof(value);
    if (what[0] == 'a' && what[1] >= '0' && what[1] <= '7' && !what[2])
        avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, what[1] - '0'), (uint32_t)number);
    else if (!strcmp(what, "supply"))
        avr->avcc = avr->aref = avr->vcc = (uint32_t)number;
    else if (!strcmp(what, "air"))
        dht.air = (int)number;
    else if (!strcmp(what, "humidity"))
        dht.humidity = (int)number;
    else if (!strcmp(what, "dht"))
        dht.answers = (int)number;
    else if (!strcmp(what, "rain"))
        avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), PIN_RAIN), (uint32_t)number);
    else if (!strcmp(what, "text")) {
        for (; *value; value++)
            send(*value == '_' ? ' ' : (uint8_t)*value);
        send('\n');
    } else if (!strcmp(what, "cut"))
        cut(number);
    else if (!strcmp(what, "hang"))
        hang();
    else if (!strcmp(what, "flip"))
        flip((uint32_t)number);
    else if (!strcmp(what, "end"))
        ended = 1;
}

static FILE *script;
static char what[16], value[64];
static double due = -1;

static avr_cycle_count_t cycles_until(double when)
{
    const double left = when - seconds();
    return left <= 0 ? 1 : (avr_cycle_count_t)(left * hz) + 1;
}

static void next_line(void)
{
    if (fscanf(script, "%lf %15s %63s", &due, what, value) != 3)
        ended = 1;
}

/* ---- */

static void load_eeprom(const char *path, int store)
{
    uint8_t bytes[1024];
    avr_eeprom_desc_t all = {bytes, 0, sizeof bytes};
    FILE *const file = fopen(path, store ? "wb" : "rb");
    if (!file)
        return;
    if (store) {
        avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all);
        fwrite(all.ee, 1, sizeof bytes, file);
    } else if (fread(bytes, 1, sizeof bytes, file) == sizeof bytes) {
        avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
    }
    fclose(file);
}

static void quiet(avr_t *a, const int level, const char *format, va_list arguments)
{
    (void)a;
    if (level == LOG_ERROR)
        vfprintf(stderr, format, arguments);
}

int main(int argc, char **argv)
{
    elf_firmware_t firmware;
    memset(&firmware, 0, sizeof firmware);
    /* libsimavr tells about the file on standard output, which is the link's */
    const int out = dup(STDOUT_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    hz = argc > 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
    if (hz < 1000000 || elf_read_firmware(argv[2], &firmware))
        return 2;
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    live = argc > 4 && !strcmp(argv[3], "live");
    avr_global_logger_set(quiet);
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr || avr_init(avr))
        return 2;
    avr->frequency = firmware.frequency = hz;
    avr->avcc = avr->aref = avr->vcc = 5000;
    avr_load_firmware(avr, &firmware);
    avr->sleep = on_sleep;

    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= (uint32_t) ~(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POOL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_byte, NULL);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), on_ready, &ready);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_ready, NULL);
    uart_in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), 0), 1);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), PIN_RAIN), 1);
    dht_set(1);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), IOPORT_IRQ_DIRECTION_ALL),
                            on_dht_direction, NULL);

    if (live) {
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), PIN_VALVE), on_valve, NULL);
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), IOPORT_IRQ_DIRECTION_ALL),
                                on_valve_direction, NULL);
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), PIN_PROBES), on_feed, NULL);
        avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), PIN_AIR), on_feed, NULL);
        script = fopen(argv[4], "r");
        if (!script)
            return 2;
        if (argc > 5)
            load_eeprom(argv[5], 0);
        core_reset = avr->reset;
        avr->reset = on_reset;
        spare_the_rain();
        next_line();
    }
    int state = cpu_Running;
    for (unsigned turn = 0; !ended && state != cpu_Done && state != cpu_Crashed; turn++) {
        if (live) {
            while (!ended && seconds() >= due) {
                happen(what, value);
                if (!ended)
                    next_line();
            }
            /* a sleeping core would jump over it */
            avr->run_cycle_limit = cycles_until(due) < 100000 ? cycles_until(due) : 100000;
        } else if ((turn & 1023) == 0) {
            feed(0);
        }
        state = avr_run(avr);
    }
    fflush(stdout);
    if (live) {
        cycles[0] = avr->cycle - cycles[1] - cycles[2];
        say_line();
        printf("stack %u", stack_used((uint16_t)(0x100 + firmware.datasize + firmware.bsssize)));
        printf("\ncycles %llu %llu %llu\n", (unsigned long long)cycles[0], (unsigned long long)cycles[1],
               (unsigned long long)cycles[2]);
        if (argc > 5)
            load_eeprom(argv[5], 1);
    }
    return state == cpu_Crashed ? 3 : 0;
}
