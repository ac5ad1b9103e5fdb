/* Walks every state the irrigation block can reach, over every combination of inputs, in small configurations;
 * then drives it with long random sequences of faults against a clock of its own. Usage: walk_irrigation SEQUENCES SEED */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "motekit/post_irrigation.h"

#define LOST (-32768)

static void expect(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "failed: %s\n", what);
    exit(1);
}

/* ---- the walk: a state as a number of 29 bits ---- */

static uint32_t field(uint32_t *key, uint32_t value, uint32_t bits)
{
    expect(value < (1u << bits), "a state grew out of its field");
    *key = (*key << bits) | value;
    return value;
}

static uint32_t key_of(const mk_irrigation *m)
{
    uint32_t key = 0;
    field(&key, m->record.wait_s, 3);
    field(&key, m->record.rain_wait_s, 2);
    field(&key, m->record.period_left_s, 4);
    field(&key, m->record.period_open_s, 4);
    field(&key, m->owed_s, 6);
    field(&key, m->open_s, 4);
    field(&key, m->rain, 2);
    field(&key, m->state, 3);
    field(&key, m->frosty, 1);
    return key;
}

static void check_step(const mk_irrigation *before, const mk_irrigation_input *in, const mk_irrigation *after, int open)
{
    const mk_irrigation_config *const c = before->config;
    const int was_open = before->state == MK_IRRIGATION_WATERING;
    expect(open == (after->state == MK_IRRIGATION_WATERING), "the answer is the state");
    expect(open == (after->reason == MK_IRRIGATION_NO_REASON), "a closed valve has a reason");
    expect(after->state <= MK_IRRIGATION_FAULT, "the state is one of five");
    const int late = was_open && (in->elapsed_s == 0 || in->elapsed_s > c->tick_s);
    if (in->faults || late) {
        expect(!open && after->state == MK_IRRIGATION_FAULT, "any fault closes the valve in its own call");
        expect(after->faults & (in->faults | (late ? MK_IRRIGATION_LATE : 0)), "a fault is named");
        return;
    }
    expect(after->state != MK_IRRIGATION_FAULT, "without a fault there is none");
    if (open) {
        expect(after->open_s + c->tick_s <= c->max_open_s, "an open valve can wait for the next call");
        expect(after->open_s + c->tick_s <= c->pulse_s, "within a pulse");
        expect(after->record.period_open_s + c->tick_s <= c->limit_s, "within the period's limit");
        expect(after->open_s == (was_open ? before->open_s + in->elapsed_s : 0), "open time is counted");
        expect(in->depletion != MK_IRRIGATION_UNKNOWN_WATER && in->readily != 0, "never at unknown depletion");
        expect(in->temperature != LOST && in->temperature > c->frost_on && !after->frosty, "never in frost");
        expect(in->allowed && !after->record.rain_wait_s, "never outside its hours or after rain");
        expect(in->depletion > (uint32_t)in->readily * c->stop / 100, "never into wet soil");
    }
    if (was_open) {
        const int turned = in->elapsed_s >= before->record.period_left_s;
        const uint32_t counted = turned ? in->elapsed_s : before->record.period_open_s + in->elapsed_s;
        expect(after->record.period_open_s == counted, "open time counts towards the period");
        expect(after->state != MK_IRRIGATION_IDLE, "an irrigation is followed by its interval");
    }
    if (open && !was_open) {
        expect(before->state != MK_IRRIGATION_FAULT, "a fault is followed by the interval");
        expect(before->state == MK_IRRIGATION_IDLE || before->record.wait_s <= in->elapsed_s, "waits are waited for");
        if (before->state != MK_IRRIGATION_SOAKING)
            expect(in->depletion >= (uint32_t)in->readily * c->start / 100, "starts at its level only");
    }
    if (after->state == MK_IRRIGATION_HOLD && before->state != MK_IRRIGATION_HOLD)
        expect(after->record.wait_s == c->interval_s, "the interval starts whole");
    if (after->state == before->state && !open && before->record.wait_s > in->elapsed_s)
        expect(after->record.wait_s == before->record.wait_s - in->elapsed_s, "waits pass with the time only");
}

static void check_reset(const mk_irrigation *before)
{
    mk_irrigation_record record;
    mk_irrigation after;
    mk_irrigation_save(before, &record);
    expect(mk_irrigation_init(&after, before->config) == MK_OK, "init");
    expect(after.state == MK_IRRIGATION_HOLD && after.record.wait_s == before->config->interval_s, "closed by reset");
    mk_irrigation_restore(&after, &record);
    expect(after.state == MK_IRRIGATION_HOLD, "closed after restore");
    if (before->state >= MK_IRRIGATION_WATERING && before->state <= MK_IRRIGATION_SOAKING)
        expect(after.record.wait_s == before->config->interval_s, "a broken irrigation is not taken up again");
    expect(after.record.period_open_s >= before->record.period_open_s ||
               after.record.period_open_s == before->config->limit_s,
           "what was used of the limit stays used");
}

static const uint32_t ELAPSED[] = {0, 1, 2, 3, 9};
static const uint16_t DEPLETION[] = {0, 5, 10, 22, MK_IRRIGATION_UNKNOWN_WATER};
static const int16_t TEMPERATURE[] = {LOST, -1, 1, 9};

static uint32_t walk(const mk_irrigation_config *config, uint32_t reached[5])
{
    uint8_t *seen = calloc(1u << 26, 1);
    size_t capacity = 1u << 20, count = 0, next = 0;
    mk_irrigation *queue = malloc(capacity * sizeof *queue);
    expect(seen && queue, "memory");
    expect(mk_irrigation_init(&queue[count++], config) == MK_OK, "the configuration is legal");
    uint32_t steps = 0;
    while (next < count) {
        const mk_irrigation before = queue[next++];
        reached[before.state]++;
        check_reset(&before);
        for (uint32_t i = 0; i < 5 * 5 * 4 * 2 * 2 * 2 * 2; i++) {
            uint32_t rest = i;
            mk_irrigation_input in;
            in.elapsed_s = ELAPSED[rest % 5], rest /= 5;
            in.depletion = DEPLETION[rest % 5], rest /= 5;
            in.temperature = TEMPERATURE[rest % 4], rest /= 4;
            in.readily = rest % 2 ? 10 : 0, rest /= 2;
            in.rain = (uint16_t)(rest % 2), rest /= 2;
            in.allowed = (uint8_t)(rest % 2), rest /= 2;
            in.faults = rest % 2 ? MK_IRRIGATION_SENSOR : 0;
            mk_irrigation after = before;
            const int open = mk_irrigation_process(&after, &in);
            check_step(&before, &in, &after, open);
            steps++;
            const uint32_t key = key_of(&after);
            if (seen[key / 8] & (1u << key % 8))
                continue;
            seen[key / 8] |= (uint8_t)(1u << key % 8);
            if (count == capacity) {
                capacity *= 2;
                queue = realloc(queue, capacity * sizeof *queue);
                expect(queue != NULL, "memory");
            }
            queue[count++] = after;
        }
    }
    free(seen);
    free(queue);
    return steps;
}

/* ---- random sequences ---- */

static uint32_t seed;

static uint32_t any(uint32_t below)
{
    seed = seed * 1664525u + 1013904223u;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static mk_irrigation_config some_config(void)
{
    mk_irrigation_config c;
    memset(&c, 0, sizeof c);
    c.tick_s = (uint16_t)(1 + any(10));
    c.max_open_s = (uint16_t)(c.tick_s + any(3600));
    c.pulse_s = (uint16_t)(c.tick_s + any(c.max_open_s - c.tick_s + 1u));
    c.soak_s = (uint16_t)(1 + any(1800));
    c.interval_s = 1 + any(any(2) ? 3600 : 86400);
    c.period_s = 86400;
    c.limit_s = any(7200);
    c.rain_delay_s = any(2) ? any(172800) : 0;
    c.rain_min = (uint16_t)(1 + any(500));
    c.frost_on = (int16_t)any(40);
    c.frost_off = (int16_t)(c.frost_on + (int16_t)any(20));
    c.rate = (uint16_t)(50 + any(4000));
    c.efficiency = (uint8_t)(50 + any(51));
    c.start = (uint8_t)(50 + any(60));
    c.stop = (uint8_t)any(c.start);
    return c;
}

/* One sequence: hours of weather, faults and resets; the valve is watched by a clock of its own. */
static uint32_t sequence(void)
{
    const mk_irrigation_config c = some_config();
    mk_irrigation m;
    mk_irrigation_record kept;
    expect(mk_irrigation_init(&m, &c) == MK_OK, "the configuration is legal");
    mk_irrigation_save(&m, &kept);
    uint32_t stretch = 0, opened = 0;
    int open = 0;
    uint8_t state = m.state;
    mk_irrigation_input in = {1, 3000, 3000, 0, 200, 1, 0};
    for (uint32_t i = 0; i < 600; i++) {
        const uint32_t event = any(100);
        in.rain = 0;
        in.elapsed_s = open ? 1 + any(c.tick_s) : 1 + any(any(4) ? 600 : 40000);
        in.faults = event < 3 ? (uint8_t)(1u << any(8)) : 0;
        if (event == 3)
            in.depletion = (uint16_t)any(65536);
        if (event == 4)
            in.depletion = MK_IRRIGATION_UNKNOWN_WATER;
        if (event >= 5 && event < 20)
            in.depletion = (uint16_t)(any(6000));
        if (event == 20)
            in.rain = (uint16_t)any(any(2) ? 300 : 65536);
        if (event == 21)
            in.temperature = any(2) ? LOST : (int16_t)((int16_t)any(600) - 300);
        if (event == 22 || event == 23)
            in.temperature = 200;
        if (event == 24)
            in.allowed = (uint8_t)any(2);
        if (event == 25)
            in.allowed = 1;
        if (event == 26)
            in.elapsed_s = any(2) ? 0 : c.tick_s + 1 + any(any(2) ? 100 : 4000000000u);
        if (event == 27) { /* brown-out: memory is lost, the record may be too */
            expect(mk_irrigation_init(&m, &c) == MK_OK, "init");
            open = 0;
            stretch = 0;
            if (any(3)) {
                if (!any(4)) { /* a record whose checksum holds by chance */
                    kept.wait_s = any(0xFFFFFFFFu);
                    kept.rain_wait_s = any(0xFFFFFFFFu);
                    kept.period_left_s = any(0xFFFFFFFFu);
                    kept.period_open_s = any(0xFFFFFFFFu);
                }
                mk_irrigation_restore(&m, &kept);
            }
            expect(m.state == MK_IRRIGATION_HOLD, "closed after a reset");
            expect(m.record.wait_s <= c.interval_s && m.record.period_open_s <= c.limit_s, "a bad record is limited");
            state = m.state;
            continue;
        }
        if (event == 28 && !any(10))
            m.state = (uint8_t)any(any(2) ? 5 : 256); /* flipped bits in memory */
        const int was_open = open;
        const int in_time = in.elapsed_s >= 1 && in.elapsed_s <= c.tick_s;
        const uint32_t waiting = m.record.wait_s;
        const uint8_t from = m.state;
        open = mk_irrigation_process(&m, &in);
        if (was_open) {
            stretch += in.elapsed_s;
            if (in_time)
                expect(stretch <= c.max_open_s, "never open longer than the limit");
            else
                expect(!open || from != MK_IRRIGATION_WATERING, "closed at once when calls are late");
        }
        if (in.faults)
            expect(!open, "closed on any fault");
        if (open && !was_open) {
            stretch = 0;
            opened++;
            if (from < MK_IRRIGATION_WATERING)
                expect(waiting <= in.elapsed_s || from == MK_IRRIGATION_IDLE, "never open before its time");
        }
        if (open)
            expect(m.record.period_open_s + c.tick_s <= c.limit_s, "within the period's limit");
        if (m.state != state)
            mk_irrigation_save(&m, &kept);
        state = m.state;
    }
    return opened;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    static const mk_irrigation_config small[] = {
        /* tick max pulse soak interval period limit delay min frost   rate  eff start stop */
        {1, 3, 3, 2, 3, 7, 5, 3, 1, 0, 2, 3600, 100, 100, 50},
        {2, 4, 4, 1, 4, 9, 8, 2, 2, 0, 0, 3600, 100, 100, 0},
        {2, 5, 3, 2, 2, 11, 15, 0, 1, -1, 5, 1800, 90, 80, 50},
        {1, 1, 1, 1, 1, 5, 4, 1, 1, 0, 2, 7200, 50, 200, 199},
        {3, 8, 8, 3, 5, 13, 2, 3, 1, 0, 2, 3600, 100, 100, 50},
    };
    for (size_t i = 0; i < sizeof small / sizeof *small; i++) {
        uint32_t reached[5] = {0};
        const uint32_t steps = walk(&small[i], reached);
        printf("walk %zu: %u steps, states hold %u idle %u watering %u soaking %u fault %u\n", i, steps, reached[0],
               reached[1], reached[2], reached[3], reached[4]);
        expect(reached[0] && reached[1] && reached[4], "the walk reaches the closed states");
        /* the last one's limit is below a tick: it must never open */
        const int opens = small[i].limit_s >= small[i].tick_s;
        expect((reached[2] > 0) == opens, "the walk reaches the open state where it may");
    }
    seed = (uint32_t)strtoul(argv[2], NULL, 10);
    const uint32_t sequences = (uint32_t)strtoul(argv[1], NULL, 10);
    uint32_t opened = 0;
    for (uint32_t i = 0; i < sequences; i++)
        opened += sequence();
    expect(sequences == 0 || opened > sequences, "the sequences do open the valve");
    printf("%u sequences passed, the valve opened %u times\n", sequences, opened);
    return 0;
}
