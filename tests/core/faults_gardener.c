/* Random faults on the whole irrigation controller, with its memory: any readings, any clock, late calls, power cut at
 * any byte that is written, EEPROM damaged. The valve is open from the call that says so to the next, or until the
 * watchdog resets after tick_s.
 *
 *   faults_gardener SEQUENCES SEED
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/post_gardener.h"
#include "motekit/store.h"

#define CHECK(condition)                                                          \
    do {                                                                          \
        if (!(condition)) {                                                       \
            fprintf(stderr, "sequence %lu: %s\n", (unsigned long)sequence, #condition); \
            exit(1);                                                              \
        }                                                                         \
    } while (0)

static uint32_t seed;
static unsigned long sequence, openings, cuts;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static int16_t between(int32_t low, int32_t high)
{
    return (int16_t)(low + (int32_t)any((uint32_t)(high - low + 1)));
}

/* ---- a model that says anything ---- */

static mk_status model_init(void *arena)
{
    (void)arena;
    return MK_OK;
}

static mk_status model_invoke(void *arena)
{
    for (uint8_t i = 0; i < MK_GARDENER_OUTPUTS; i++)
        ((uint8_t *)arena)[48 + i] = (uint8_t)any(256);
    return any(50) ? MK_OK : MK_ERR_STATE;
}

static const int32_t dims[2] = {1, 36};
static const mk_tensor_info input = {"in", MK_INT8, 2, dims, 1.0f, 0, 36, 0}, output = {"out", MK_INT8, 2, dims, 1.0f, 0, 4, 48};
static const mk_nn_model model = {.schema = MK_NN_SCHEMA, .name = "any", .arena_bytes = 96, .inputs = 1, .outputs = 1,
                                  .input = &input, .output = &output, .init = model_init, .invoke = model_invoke};

/* ---- EEPROM whose power may fail in the middle of a byte ---- */

static uint8_t eeprom[1024];
static jmp_buf power_fails;
static int32_t bytes_left; /* before that; negative: it holds */

static void read_bytes(void *context, uint16_t at, uint8_t *bytes, uint16_t n)
{
    (void)context;
    memcpy(bytes, eeprom + at, n);
}

static void write_bytes(void *context, uint16_t at, const uint8_t *bytes, uint16_t n)
{
    (void)context;
    while (n--) {
        if (bytes_left == 0) {
            eeprom[at] = (uint8_t)any(256);
            longjmp(power_fails, 1);
        }
        bytes_left -= bytes_left > 0;
        eeprom[at++] = *bytes++;
    }
}

static const mk_store_device device = {NULL, read_bytes, write_bytes};

/* ---- the machine ---- */

static mk_gardener garden;
static mk_gardener_config config;
static mk_gardener_forecast forecast = {&model, {100, 0, 8}, 0, {1000, 1000, 1000, 1000}};
static const mk_gardener_sink sink = {NULL, NULL, NULL, NULL};
static _Alignas(16) uint8_t arena[96];
static mk_store records;
static uint8_t valve, heard_hour, state;
static uint32_t open_s, clock_h;

static void make_config(void)
{
    static int16_t above[MK_GARDENER_YEAR_PARTS];
    for (uint8_t i = 0; i < MK_GARDENER_YEAR_PARTS; i++)
        above[i] = between(800, 4200);
    memset(&config, 0, sizeof config);
    mk_irrigation_config *const valve_config = &config.irrigation;
    valve_config->tick_s = (uint16_t)(1 + any(60));
    valve_config->pulse_s = (uint16_t)(valve_config->tick_s + any(1800));
    valve_config->max_open_s = (uint16_t)(valve_config->pulse_s + any(1800));
    valve_config->soak_s = (uint16_t)(1 + any(1800));
    valve_config->interval_s = 1 + any(20000);
    valve_config->period_s = 86400;
    valve_config->limit_s = any(14400);
    valve_config->rain_delay_s = any(90000);
    valve_config->rain_min = (uint16_t)(1 + any(1000));
    valve_config->frost_on = between(-20, 30);
    valve_config->frost_off = (int16_t)(valve_config->frost_on + between(0, 30));
    valve_config->rate = (uint16_t)(100 + any(3000));
    valve_config->efficiency = (uint8_t)(30 + any(71));
    valve_config->start = 100;
    config.zone = (mk_rootzone_config){{30, 40, 45, 30}, (uint16_t)(1 + any(366)), {300, 700}, {60, 115, 80}, 40,
                                       (uint8_t)any(101), (uint8_t)any(256), 100, 2800, 1300, {50, 100, 500}};
    for (uint8_t i = 0; i < MK_ROOTZONE_PROBES; i++)
        config.probe[i] = (mk_probe_config){3, {9400, 7600, 4100}, {300, 1500, 5000}, 200, 0, 160, 16200, 9600,
                                            (uint16_t)(2 + any(48)), 1, 1000, 1500, 6};
    config.start = (uint8_t)(30 + any(70));
    config.stop = (uint8_t)any(config.start);
    config.finish = 85;
    config.from = (uint8_t)any(24);
    config.until = (uint8_t)any(24);
    config.blind_days = (uint8_t)any(10);
    config.dark = 20;
    config.supply_min = 3000;
    config.above = above;
}

/* Power, or the watchdog, has come back. */
static void start(void)
{
    valve = 0;
    open_s = 0;
    heard_hour = 0;
    CHECK(mk_gardener_init(&garden, &config, &forecast, &sink, arena) == MK_OK);
    CHECK(mk_store_init(&records, &device, 0, sizeof(mk_gardener_record), 16, 1) == MK_OK);
    mk_gardener_record record;
    if (mk_store_load(&records, &record) == MK_OK)
        mk_gardener_restore(&garden, &record);
    state = garden.irrigation.state;
}

static void tick(void)
{
    const uint32_t tick_s = config.irrigation.tick_s;
    uint32_t elapsed = any(30) ? 1 + any(tick_s) : any(4) ? any(5 * tick_s) : any(200000);
    if (valve) {
        open_s += elapsed < tick_s ? elapsed : tick_s;
        CHECK(open_s <= config.irrigation.max_open_s);
        if (elapsed > tick_s && any(2)) { /* the watchdog was faster */
            start();
            return;
        }
    }
    const uint8_t faults = (uint8_t)(any(300) ? 0 : any(64));
    const int opens = mk_gardener_tick(&garden, elapsed, faults);
    CHECK(!(opens && faults));
    CHECK(!(opens && !heard_hour)); /* after a reset: closed, until the sensors have been read */
    if (!opens)
        valve = 0, open_s = 0;
    if (garden.irrigation.state != state) {
        mk_gardener_record record;
        mk_gardener_save(&garden, &record);
        mk_store_save(&records, &record);
        state = garden.irrigation.state;
    }
    openings += opens && !valve;
    valve = (uint8_t)opens;
}

static void hour(void)
{
    clock_h = any(60) ? clock_h + 1 : any(3) ? clock_h + any(100) : any(8784);
    clock_h %= 8784;
    mk_gardener_hour now = {(int16_t)clock_h, {between(6500, 9000), between(6500, 9000), between(6500, 9000)}, 150,
                            between(50, 350), 500, any(20) ? 0 : between(0, 300), between(0, 3000), 5000};
    if (!any(8))
        now.clock = (int16_t)(-1 - now.clock);
    int16_t *const fields = &now.clock;
    for (uint8_t i = 0; i < 10; i++)
        if (!any(25))
            fields[i] = any(2) ? MK_GARDENER_MISSING : between(-32768, 32767);
    mk_gardener_process(&garden, &now);
    heard_hour = 1;
}

static void run(void)
{
    make_config();
    memset(eeprom, 255, sizeof eeprom);
    clock_h = any(8784);
    volatile uint32_t left = 3 + any(60);
    bytes_left = -1;
    start();
    while (left) {
        if (setjmp(power_fails)) {
            cuts++;
            if (!any(4))
                eeprom[any(sizeof eeprom)] ^= (uint8_t)(1 + any(255));
            bytes_left = -1;
            start();
        }
        while (left) {
            left--;
            hour();
            for (uint32_t i = any(80); i; i--) {
                if (!any(400))
                    bytes_left = (int32_t)any(80);
                if (!any(2000)) { /* between two instructions, too */
                    cuts++;
                    start();
                }
                tick();
            }
        }
    }
}

int main(int argc, char **argv)
{
    const unsigned long sequences = argc > 1 ? strtoul(argv[1], NULL, 10) : 100;
    seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
    for (sequence = 0; sequence < sequences; sequence++)
        run();
    printf("%lu sequences passed, %lu openings, %lu cuts\n", sequences, openings, cuts);
    return 0;
}
