/* Runs many compiled models, one after the other, over the inputs in input.bin: `batch_trials` inferences of
 * the first, then of the second, and so on. Outputs go to output.bin in the same order.
 */
#include "batch.h"

#include "semihost.h"

static uint8_t arena[BATCH_ARENA] __attribute__((aligned(16), section(".arena")));

int main(void)
{
    const int in = mk_semihost_open("input.bin", 9, MK_SEMIHOST_READ);
    const int out = mk_semihost_open("output.bin", 10, MK_SEMIHOST_WRITE);

    if (in < 0 || out < 0)
        return 2;
    for (uint32_t m = 0; m < batch_count; m++) {
        const mk_nn_model *model = batch_models[m];
        if (model->init(arena) != MK_OK)
            return 3;
        for (uint32_t trial = 0; trial < batch_trials; trial++) {
            const mk_tensor_info *input = model->input, *output = model->output;
            for (uint8_t i = 0; i < model->inputs; i++)
                if (mk_semihost_read(in, arena + input[i].offset, input[i].bytes) != input[i].bytes)
                    return 4;
            if (model->invoke(arena) != MK_OK)
                return 5;
            for (uint8_t i = 0; i < model->outputs; i++)
                if (mk_semihost_write(out, arena + output[i].offset, output[i].bytes) != output[i].bytes)
                    return 6;
        }
    }
    return 0;
}
