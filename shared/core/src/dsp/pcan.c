#include "motekit/dsp_pcan.h"

#include "motekit/dsp_fixed.h"
#include "motekit/dsp_log.h"

#define ONE_Q30 (1 << 30)
#define LOG2_E_Q13 11818   /* Q9 base e to Q16 base 2: times log2(e) 2^7 */
#define LN_2_Q15 22713     /* Q16 base 2 to Q9 base e: times ln(2) 2^-7 */

/* 2^-f = 1 + f P(f); P's coefficients in Q31, f in Q31 (docs/dsp.md says how they were fitted) */
static inline uint32_t exp2_neg(uint32_t x)
{
    const uint32_t whole = x >> 16;
    const int32_t f = (int32_t)((x & 0xFFFFu) << 15);
    int32_t p = mk_mul_high(-2075094, f) * 2 + 19885293;
    p = mk_mul_high(p, f) * 2 - 118852393;
    p = mk_mul_high(p, f) * 2 + 515819158;
    p = mk_mul_high(p, f) * 2 - 1488518953;
    return whole > 30u ? 0u : (uint32_t)(ONE_Q30 + mk_mul_high(p, f)) >> whole;
}

uint32_t mk_exp2_neg_q30(uint32_t x)
{
    return exp2_neg(x);
}

mk_status mk_pcan_init(mk_pcan *pcan, const mk_pcan_config *config, int32_t *floor)
{
    if (!pcan || !config || !floor || config->bands == 0 || config->strength < 0 || config->rise < 1 << 15 ||
        config->rise > ONE_Q30 || config->fall < 1 << 15 || config->fall > ONE_Q30)
        return MK_ERR_ARG;
    pcan->config = config;
    pcan->floor = floor;
    mk_pcan_reset(pcan);
    return MK_OK;
}

void mk_pcan_reset(mk_pcan *pcan)
{
    pcan->started = 0;
    pcan->level = 0;
}

/* log2 in Q16 of a number below or little above 1 in Q30. */
static int32_t log2_of(uint32_t q30)
{
    return mk_log2_q16(q30) - 30 * 65536;
}

/* share of 2^-x and the rest of 1, in Q30; above 0. */
static uint32_t blend(uint32_t share, uint32_t x)
{
    return (uint32_t)ONE_Q30 - share + (uint32_t)(((uint64_t)share * exp2_neg(x)) >> 30);
}

/* The floor after a row with energy `step` above it (Q16 of log2). */
static int32_t follow(const mk_pcan_config *config, int32_t floor, int32_t step)
{
    /* at once: the powers below have 30 bits, too few for a fall from speech to digital silence */
    if (step <= 0 && config->fall == ONE_Q30)
        return floor + step;
    /* the larger of the two is taken out, so that only powers below 1 are formed */
    if (step > 0)
        return floor + step + log2_of(blend((uint32_t)(ONE_Q30 - config->rise), (uint32_t)step));
    return floor + log2_of(blend((uint32_t)config->fall, (uint32_t)-step));
}

/* log2 of the sum of two powers of 2. */
static int32_t add_powers(int32_t a, int32_t b)
{
    const int32_t larger = a > b ? a : b;
    return larger + log2_of((uint32_t)ONE_Q30 + exp2_neg((uint32_t)(2 * larger - a - b)));
}

static int32_t to_log2(int16_t ln_q9)
{
    return (ln_q9 * LOG2_E_Q13 + (1 << 5)) >> 6;
}

void mk_pcan_process(mk_pcan *pcan, const int16_t *row, int16_t *out)
{
    const mk_pcan_config *const config = pcan->config;
    const int32_t least = to_log2(config->offset);
    int64_t above = 0;
    for (uint32_t b = 0; b < config->bands; b++) {
        const int32_t energy = to_log2(row[b]);
        if (!pcan->started)
            pcan->floor[b] = energy;
        const int32_t step = energy - pcan->floor[b];
        if (step > 0)
            above += step;
        pcan->floor[b] = follow(config, pcan->floor[b], step);
        const int32_t gain = (int32_t)(((int64_t)config->strength * add_powers(pcan->floor[b], least) + (1 << 14)) >> 15);
        const int64_t ln = ((int64_t)(energy - gain) * LN_2_Q15 + (1 << 21)) >> 22;
        out[b] = mk_saturate_int16((int32_t)ln);
    }
    pcan->started = 1;
    pcan->level = mk_saturate_int16((int32_t)((above / config->bands * LN_2_Q15) >> 22));
}

mk_status mk_vad_init(mk_vad *vad, const mk_vad_config *config)
{
    if (!vad || !config || config->on < config->off || config->attack == 0 || config->hang == 0)
        return MK_ERR_ARG;
    *vad = (mk_vad){*config, 0, 0};
    return MK_OK;
}

int mk_vad_process(mk_vad *vad, int16_t level)
{
    const int against = vad->active ? level < vad->config.off : level >= vad->config.on;
    vad->run = (uint16_t)(against ? vad->run + 1u : 0u);
    if (vad->run >= (vad->active ? vad->config.hang : vad->config.attack)) {
        vad->active = !vad->active;
        vad->run = 0;
    }
    return vad->active;
}
