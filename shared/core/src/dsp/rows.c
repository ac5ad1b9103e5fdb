#include "motekit/dsp_rows.h"

#include <string.h>

/* Two rows that the stages write in turn. */
static uint32_t buffers(uint32_t widest)
{
    return (2u * widest + 1u) / 2u;
}

mk_status mk_rows_init(mk_rows *rows, const mk_rows_config *config, int32_t *memory)
{
    if (!rows || !config || !config->stages || config->count == 0 || !memory)
        return MK_ERR_ARG;
    uint32_t needed = buffers(config->widest), width = config->stages[0].in;
    for (uint32_t i = 0; i < config->count; i++) {
        const mk_row_stage *const stage = &config->stages[i];
        if (!stage->run || !stage->config || stage->in != width || stage->out == 0 || stage->out > config->widest)
            return MK_ERR_FORMAT;
        width = stage->out;
        needed += stage->memory;
    }
    if (width != config->width)
        return MK_ERR_FORMAT;
    if (needed > config->memory)
        return MK_ERR_SIZE;
    *rows = (mk_rows){config, memory};
    mk_rows_reset(rows);
    return MK_OK;
}

void mk_rows_reset(mk_rows *rows)
{
    memset(rows->memory, 0, rows->config->memory * sizeof *rows->memory);
}

const int16_t *mk_rows_next(mk_rows *rows, const int16_t *row)
{
    const mk_rows_config *const config = rows->config;
    int32_t *memory = rows->memory, level = 0;
    int16_t *out = (int16_t *)(rows->memory + config->memory - buffers(config->widest)), *other = out + config->widest;
    for (const mk_row_stage *stage = config->stages; stage < config->stages + config->count; stage++) {
        if (!stage->run(stage, memory, &level, row, out))
            return 0;
        memory += stage->memory;
        row = out;
        out = other;
        other = (int16_t *)row;
    }
    return row;
}

uint32_t mk_rows_run(mk_rows *rows, const int16_t *in, uint32_t n, int16_t *out)
{
    const uint32_t taken = rows->config->stages[0].in, width = rows->config->width;
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        const int16_t *const row = mk_rows_next(rows, in + i * taken);
        if (row)
            memcpy(out + count++ * width, row, width * sizeof *out);
    }
    return count;
}
