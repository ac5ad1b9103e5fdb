#include <string.h>

#include "motekit/dsp_fixed.h"
#include "motekit/dsp_rows.h"

int mk_row_pcan(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out)
{
    mk_pcan pcan = {stage->config, memory + 1, 0, memory[0] != 0};
    mk_pcan_process(&pcan, in, out);
    memory[0] = 1;
    *level = pcan.level;
    return 1;
}

int mk_row_dct(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out)
{
    (void)memory;
    (void)level;
    mk_dct_process(stage->config, in, out);
    return 1;
}

int mk_row_delta(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out)
{
    const mk_row_delta_config *const config = stage->config;
    const uint32_t reach = config->reach, slots = 2u * reach + 1u, width = stage->in;
    int16_t *const ring = (int16_t *)(memory + 2), *const slope = out + width;
    mk_delta delta = {ring, stage->in, config->reach, (uint8_t)memory[0], (uint8_t)memory[1]};
    (void)level;
    const int ready = mk_delta_next(&delta, in, slope);
    memory[0] = delta.newest;
    memory[1] = delta.rows;
    if (!ready)
        return 0;
    memcpy(out, ring + (delta.newest + slots - reach) % slots * width, width * sizeof *out);
    for (uint32_t i = 0; i < width; i++)
        slope[i] = mk_saturate_int16(slope[i] * (1 << config->gain));
    return 1;
}

int mk_row_vad(const mk_row_stage *stage, int32_t *memory, int32_t *level, const int16_t *in, int16_t *out)
{
    const mk_row_vad_config *const config = stage->config;
    mk_vad vad = {config->vad, (uint16_t)memory[0], (uint8_t)memory[1]};
    const int active = mk_vad_process(&vad, (int16_t)*level);
    memory[0] = vad.run;
    memory[1] = vad.active;
    memcpy(out, in, stage->in * sizeof *out);
    out[stage->in] = (int16_t)(*level >> (9 - config->q));
    out[stage->in + 1u] = (int16_t)(active ? 1 << config->q : 0);
    return 1;
}
