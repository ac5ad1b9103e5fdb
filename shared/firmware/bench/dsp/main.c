/* Runs every feature block over the signals in input.bin, writes one record a block to output.bin.
 *
 * Record: name char[28], scratch uint32, hash uint32 of all outputs on all signals, any NaN counting as the same.
 * The same file runs on the host (semihost_host.c), where it says what the hashes must be.
 */
#include <string.h>

#include "semihost.h"
#include "cases.h"

const float *case_signal;
float case_out[CASE_WORDS], case_memory[CASE_WORDS];
static float signals[CASE_SIGNALS][CASE_LENGTH];

/* The counter notes its count at these two: they only have to exist. */
__attribute__((noinline, noclone, used)) void bench_begin(void)
{
    __asm__ volatile("");
}

__attribute__((noinline, noclone, used)) void bench_end(void)
{
    __asm__ volatile("");
}

static uint32_t add_to_hash(uint32_t hash, uint32_t words)
{
    for (uint32_t i = 0; i < words; i++) {
        uint32_t bits;
        memcpy(&bits, &case_out[i], sizeof bits);
        if ((bits & 0x7FFFFFFFu) > 0x7F800000u)
            bits = 0x7FC00000u;
        hash = (hash ^ bits) * 16777619u;
        hash ^= hash >> 15;
    }
    return hash;
}

static int run_case(const bench_case *c, int out)
{
    struct {
        char name[28];
        uint32_t scratch, hash;
    } record;
    memset(&record, 0, sizeof record);
    strncpy(record.name, c->name, sizeof record.name - 1u);
    record.scratch = c->scratch;
    record.hash = 2166136261u;
    for (uint32_t s = 0; s < CASE_SIGNALS; s++) {
        uint32_t words;
        memset(case_memory, 0xFF, sizeof case_memory); /* NaN: a block that reads before it writes shows */
        case_signal = signals[s];
        if (c->prepare && c->prepare() != MK_OK)
            return 3;
        bench_begin();
        words = c->run(signals[s]);
        bench_end();
        record.hash = add_to_hash(record.hash, words);
    }
    return mk_semihost_write(out, &record, sizeof record) == sizeof record ? 0 : 5;
}

int main(void)
{
    const int in = mk_semihost_open("input.bin", 9, MK_SEMIHOST_READ);
    const int out = mk_semihost_open("output.bin", 10, MK_SEMIHOST_WRITE);
    if (in < 0 || out < 0 || mk_semihost_read(in, signals, sizeof signals) != sizeof signals)
        return 2;
    for (uint32_t g = 0; g < case_group_count; g++)
        for (const bench_case *c = case_groups[g]; c->name; c++) {
            const int failed = run_case(c, out);
            if (failed)
                return failed;
        }
    return 0;
}
