/* Runs a compiled model over the inputs in input.bin, writes the outputs to output.bin.
 *
 * output.bin ends with one 32-bit word: the bytes of stack used. Compiled with
 * -DBENCH_HEADER="<name>_model.h" -DBENCH_MODEL=mk_model_<name> -DBENCH_ARENA=<bytes>.
 */
#include BENCH_HEADER
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

static uint32_t read_inputs(const mk_nn_model *model, int32_t file)
{
    uint32_t missing = 0;
    for (uint8_t i = 0; i < model->inputs; i++)
        missing += semihost_read(file, arena + model->input[i].offset, model->input[i].bytes);
    return missing;
}

int main(void)
{
    const mk_nn_model *model = &BENCH_MODEL;
    const int32_t in = semihost_open("input.bin", 9, SEMIHOST_READ_BINARY);
    const int32_t out = semihost_open("output.bin", 10, SEMIHOST_WRITE_BINARY);
    const uint32_t *unused = bench_stack_bottom;
    uint32_t stack;

    if (in < 0 || out < 0)
        return 2;
    if (model->init(arena) != MK_OK)
        return 3;
    while (read_inputs(model, in) == 0) {
        mk_status status;
        bench_begin();
        status = model->invoke(arena);
        bench_end();
        if (status != MK_OK)
            return 4;
        for (uint8_t i = 0; i < model->outputs; i++)
            if (semihost_write(out, arena + model->output[i].offset, model->output[i].bytes))
                return 5;
    }
    while (*unused == 0xC5C5C5C5u)
        unused++;
    stack = (uint32_t)((uintptr_t)bench_stack_top - (uintptr_t)unused);
    return semihost_write(out, &stack, sizeof stack) ? 5 : 0;
}
