/* Runs a compiled model over the inputs in input.bin, writes the outputs to output.bin.
 *
 * output.bin ends with one 32-bit word: the bytes of stack used. Compiled with
 * -DBENCH_HEADER="<name>_model.h" -DBENCH_MODEL=mk_model_<name> -DBENCH_ARENA=<bytes>.
 */
#include BENCH_HEADER

#include <stdbool.h>

#include "semihost.h"

extern uint32_t bench_stack_bottom[], bench_stack_top[];

static uint8_t arena[BENCH_ARENA] __attribute__((aligned(16), section(".arena")));

/* The counter notes its count at these two: they only have to exist. */
__attribute__((noinline, noclone, used)) void bench_begin(void)
{
    __asm__ volatile("");
}

__attribute__((noinline, noclone, used)) void bench_end(void)
{
    __asm__ volatile("");
}

static bool read_inputs(const mk_nn_model *model, int file)
{
    const mk_tensor_info *input = model->input;
    for (uint8_t i = 0; i < model->inputs; i++)
        if (mk_semihost_read(file, arena + input[i].offset, input[i].bytes) != input[i].bytes)
            return false;
    return true;
}

int main(void)
{
    const mk_nn_model *model = &BENCH_MODEL;
    const mk_tensor_info *output = model->output;
    const int in = mk_semihost_open("input.bin", 9, MK_SEMIHOST_READ);
    const int out = mk_semihost_open("output.bin", 10, MK_SEMIHOST_WRITE);
    const uint32_t *unused = bench_stack_bottom;
    uint32_t stack;

    if (in < 0 || out < 0)
        return 2;
    if (model->init(arena) != MK_OK)
        return 3;
    while (read_inputs(model, in)) {
        mk_status status;
        bench_begin();
        status = model->invoke(arena);
        bench_end();
        if (status != MK_OK)
            return 4;
        for (uint8_t i = 0; i < model->outputs; i++)
            if (mk_semihost_write(out, arena + output[i].offset, output[i].bytes) != output[i].bytes)
                return 5;
    }
    while (*unused == 0xC5C5C5C5u)
        unused++;
    stack = (uint32_t)((uintptr_t)bench_stack_top - (uintptr_t)unused);
    return mk_semihost_write(out, &stack, sizeof stack) == sizeof stack ? 0 : 5;
}
