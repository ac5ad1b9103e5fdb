#include "motekit/post_rhythm.h"

#include "motekit/dsp_math.h"

static int fits(const mk_nn_model *model)
{
    return model->inputs == 1 && model->outputs == 1 && model->input[0].dtype == MK_INT8 &&
           model->input[0].bytes == MK_RR_VALUES && model->output[0].dtype == MK_INT8 && model->output[0].bytes == 1;
}

mk_status mk_rhythm_init(mk_rhythm *rhythm, const mk_rhythm_config *config, const mk_nn_model *model, void *arena,
                         float *ring)
{
    if (!rhythm || !config || !ring || (model && !arena) || config->least < MK_RR_LEAST ||
        config->least > MK_RHYTHM_INTERVALS || !(config->doubt_low > 0.0f && config->doubt_low <= config->accept) ||
        !(config->doubt_high >= config->accept) || !(config->most_doubt >= 0.0f && config->most_doubt <= 1.0f))
        return MK_ERR_ARG;
    for (uint32_t i = 0; i < MK_RR_VALUES; i++)
        if (!mk_is_finite(config->gain[i]) || !mk_is_finite(config->offset[i]))
            return MK_ERR_ARG;
    if (model && !fits(model))
        return MK_ERR_FORMAT;
    rhythm->config = *config;
    rhythm->model = model;
    rhythm->arena = arena;
    const mk_status status = mk_peaks_init(&rhythm->peaks, &config->peaks, ring);
    if (!status)
        mk_rhythm_reset(rhythm);
    return status;
}

void mk_rhythm_reset(mk_rhythm *rhythm)
{
    mk_peaks_reset(&rhythm->peaks);
    rhythm->count = rhythm->next = 0;
    rhythm->started = 0;
}

static float interval(const mk_rhythm *rhythm, const mk_peak *from, const mk_peak *to)
{
    const float samples = (float)(to->sample - from->sample) + (to->fraction - from->fraction);
    return mk_div(samples, (float)rhythm->config.peaks.rate);
}

/* What a peak adds to the entries; 0 if nothing. It becomes the last beat if it is one. */
static int judge(const mk_rhythm *rhythm, const mk_peak *peak, mk_peak *last, uint8_t *started, float *entry)
{
    const mk_rhythm_config *const config = &rhythm->config;
    if (peak->share < config->doubt_low)
        return 0;
    *entry = 0.0f;
    if (peak->share < config->accept)
        return 1;
    const int first = !*started;
    if (!first) {
        const float rr = interval(rhythm, last, peak);
        *entry = peak->share < config->doubt_high ? -rr : rr;
    }
    *last = *peak;
    *started = 1;
    return !first;
}

static void settle(mk_rhythm *rhythm)
{
    mk_peak peak;
    float entry;
    while (mk_peaks_settled(&rhythm->peaks, &peak)) {
        if (!judge(rhythm, &peak, &rhythm->last, &rhythm->started, &entry))
            continue;
        rhythm->entries[rhythm->next] = entry;
        rhythm->next = (uint16_t)((rhythm->next + 1u) % MK_RHYTHM_INTERVALS);
        if (rhythm->count < MK_RHYTHM_INTERVALS)
            rhythm->count++;
    }
}

void mk_rhythm_push(mk_rhythm *rhythm, const float *in, uint32_t n)
{
    /* in parts, so that no peak is lost before it is settled */
    while (n) {
        const uint32_t part = n < rhythm->config.peaks.reach ? n : rhythm->config.peaks.reach;
        mk_peaks_process(&rhythm->peaks, in, part);
        settle(rhythm);
        in += part;
        n -= part;
    }
}

/* All entries in their order, those of unsettled peaks last. */
static uint32_t gather(const mk_rhythm *rhythm, float *entries)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < rhythm->count; i++)
        entries[n++] =
            rhythm->entries[((uint32_t)rhythm->next + MK_RHYTHM_INTERVALS - rhythm->count + i) % MK_RHYTHM_INTERVALS];
    mk_peak peak, last = rhythm->last;
    uint8_t started = rhythm->started;
    for (uint32_t i = 0; mk_peaks_open(&rhythm->peaks, i, &peak); i++)
        n += (uint32_t)judge(rhythm, &peak, &last, &started, &entries[n]);
    return n;
}

static int8_t quantized(float value, float gain, float offset)
{
    const float q = mk_add_product(offset, value, gain) + 0.5f;
    if (!(q > -128.0f))
        return -128;
    if (q >= 127.0f)
        return 127;
    const int32_t whole = (int32_t)q;
    return (int8_t)((float)whole > q ? whole - 1 : whole);
}

static mk_status score(mk_rhythm *rhythm, mk_rhythm_report *out)
{
    for (uint32_t i = 0; i < MK_RR_VALUES; i++)
        out->inputs[i] = quantized(out->values[i], rhythm->config.gain[i], rhythm->config.offset[i]);
    if (!rhythm->model)
        return MK_OK;
    int8_t *const in = (int8_t *)rhythm->arena + rhythm->model->input[0].offset;
    for (uint32_t i = 0; i < MK_RR_VALUES; i++)
        in[i] = out->inputs[i];
    const mk_status status = rhythm->model->invoke(rhythm->arena);
    out->score = *((const int8_t *)rhythm->arena + rhythm->model->output[0].offset);
    out->irregular = out->score >= rhythm->config.threshold;
    return status;
}

mk_status mk_rhythm_report_now(mk_rhythm *rhythm, float *scratch, mk_rhythm_report *out)
{
    float *const rr = scratch, *const sorted = rr + MK_RHYTHM_MOST;
    uint8_t *const valid = (uint8_t *)(sorted + MK_RHYTHM_MOST);
    const uint32_t n = gather(rhythm, rr);
    uint32_t doubtful = 0;
    *out = (mk_rhythm_report){0};
    out->score = -128;
    for (uint32_t i = 0; i < n; i++) {
        doubtful += !(rr[i] > 0.0f);
        if (rr[i] != 0.0f)
            rr[out->intervals++] = mk_abs(rr[i]);
    }
    out->doubt = n ? mk_div((float)doubtful, (float)n) : 0.0f;
    if (out->intervals < rhythm->config.least)
        out->trouble = MK_RHYTHM_FEW;
    else if (out->doubt > rhythm->config.most_doubt)
        out->trouble = MK_RHYTHM_NOISE;
    if (out->trouble || mk_rr_process(rr, out->intervals, sorted, out->values))
        return MK_OK;
    (void)mk_rr_valid(rr, out->intervals, valid);
    (void)mk_hrv_process(rr, valid, out->intervals, &out->hrv);
    return score(rhythm, out);
}
