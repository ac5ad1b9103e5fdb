#include "motekit/post_wearable.h"

#include "motekit/dsp_math.h"

#define FAULT (MK_QUALITY_SATURATED | MK_QUALITY_GAP | MK_QUALITY_FLAT | MK_QUALITY_EMPTY)
/* pairs of intervals that variability needs */
#define LEAST_PAIRS 20u
/* share of intervals that are valid where beats are regular */
#define REGULAR 0.8f

enum { NONE = 0, ECG = 1, PULSE = 2 };

static uint32_t taps(const mk_resample_config *resample)
{
    return resample ? resample->taps : 0u;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t ring_of(const mk_wearable_config *config)
{
    return larger(MK_PEAKS_RING((uint32_t)config->ecg.peaks.taps, config->ecg.peaks.apart),
                  MK_PEAKS_RING((uint32_t)config->pulse.peaks.taps, config->pulse.peaks.apart));
}

uint32_t mk_wearable_memory(const mk_wearable_config *config)
{
    return mk_heart_memory(&config->heart) + MK_HEART_PULSES * taps(config->to_heart) +
           3u * (taps(config->axes_to_heart) + taps(config->to_motion) + MK_WEARABLE_OUT) + taps(config->to_ecg) +
           MK_SOS_STATE(config->ecg_band.sections) + MK_SOS_STATE(config->pulse_band.sections) + ring_of(config);
}

uint32_t mk_wearable_scratch(const mk_wearable_config *config)
{
    /* while frames are taken: one channel's values, then five channels at 25 Hz */
    return larger(larger(mk_heart_scratch(&config->heart), MK_RHYTHM_SCRATCH),
                  MK_WEARABLE_PART + MK_HEART_CHANNELS * MK_WEARABLE_OUT);
}

static const mk_resample_config *to_heart_of(const mk_wearable_config *config, uint32_t channel)
{
    return channel < MK_HEART_PULSES ? config->to_heart : config->axes_to_heart;
}

static float *resampler(mk_resample *resample, const mk_resample_config *config, float *memory, mk_status *status)
{
    if (config && !*status)
        *status = mk_resample_init(resample, config, memory);
    return memory + taps(config);
}

static float *filter(mk_sos *sos, const mk_sos *given, float *memory, mk_status *status)
{
    if (!*status)
        *status = mk_sos_init(sos, given->coeffs, given->sections, memory);
    return memory + MK_SOS_STATE(given->sections);
}

mk_status mk_wearable_init(mk_wearable *wearable, const mk_wearable_config *config, const mk_nn_model *rhythm,
                           void *arena, float *memory, float *scratch)
{
    if (!wearable || !config || !memory || !scratch || config->rate > 125 || config->pulse_rate < 25 ||
        config->pulse_rate > config->rate || config->motion_rate < 20 || config->motion_rate > config->rate ||
        config->on == 0 || config->on > config->every || config->confirm == 0 || !(config->rest >= 0.0f) ||
        !(config->slow >= 0.0f))
        return MK_ERR_ARG;
    mk_status status = MK_OK;
    float *at = memory;
    wearable->config = config;
    wearable->scratch = scratch;
    for (uint32_t i = 0; i < MK_WEARABLE_CHANNELS && !status; i++)
        status = mk_channel_init(&wearable->channel[i], &config->channel[i]);
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++)
        at = resampler(&wearable->to_heart[i], to_heart_of(config, i), at, &status);
    for (uint32_t i = 0; i < 3; i++)
        at = resampler(&wearable->to_motion[i], config->to_motion, at, &status);
    at = resampler(&wearable->to_ecg, config->to_ecg, at, &status);
    at = filter(&wearable->ecg_band, &config->ecg_band, at, &status);
    at = filter(&wearable->pulse_band, &config->pulse_band, at, &status);
    wearable->motion = at;
    wearable->motion_pitch = MK_WEARABLE_OUT;
    float *const ring = at + 3u * MK_WEARABLE_OUT;
    /* both ways of finding beats must be possible; the one in use is set up again when it changes */
    if (!status)
        status = mk_rhythm_init(&wearable->rhythm, &config->pulse, rhythm, arena, ring);
    if (!status)
        status = mk_rhythm_init(&wearable->rhythm, &config->ecg, rhythm, arena, ring);
    if (!status)
        status = mk_heart_init(&wearable->heart, &config->heart, ring + ring_of(config), scratch);
    if (!status)
        mk_wearable_reset(wearable);
    return status;
}

void mk_wearable_reset(mk_wearable *wearable)
{
    const mk_wearable_config *const config = wearable->config;
    for (uint32_t i = 0; i < MK_WEARABLE_CHANNELS; i++)
        mk_channel_reset(&wearable->channel[i]);
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++)
        if (to_heart_of(config, i))
            mk_resample_reset(&wearable->to_heart[i]);
    wearable->held_count[0] = wearable->held_count[1] = 0;
    for (uint32_t i = 0; config->to_motion && i < 3; i++)
        mk_resample_reset(&wearable->to_motion[i]);
    if (config->to_ecg)
        mk_resample_reset(&wearable->to_ecg);
    mk_sos_reset(&wearable->ecg_band);
    mk_sos_reset(&wearable->pulse_band);
    mk_heart_reset(&wearable->heart);
    mk_rhythm_reset(&wearable->rhythm);
    wearable->tick = wearable->taken = wearable->motion_count = 0;
    wearable->streak = 0;
    wearable->source = NONE;
    wearable->pulse = wearable->beats = 0.0f;
    wearable->said = wearable->light = wearable->lit = 0;
}

/* Values at another rate; how many. */
static uint32_t convert(mk_resample *resample, const mk_resample_config *config, const float *in, uint32_t n,
                        float *out)
{
    if (config)
        return mk_resample_process(resample, in, n, out);
    for (uint32_t i = 0; i < n; i++)
        out[i] = in[i];
    return n;
}

static void choose_source(mk_wearable *wearable, uint8_t source)
{
    if (source == wearable->source)
        return;
    wearable->source = source;
    /* the same memory, which init has found good for both */
    (void)mk_rhythm_init(&wearable->rhythm, source == ECG ? &wearable->config->ecg : &wearable->config->pulse,
                         wearable->rhythm.model, wearable->rhythm.arena, wearable->rhythm.peaks.input);
}

static void begin(mk_wearable *wearable, const int16_t *frame)
{
    /* later, whether the tick before had an ECG decides */
    if (wearable->tick == 0)
        choose_source(wearable, frame[MK_WEARABLE_ECG] == MK_CHANNEL_MISSING ? PULSE : ECG);
    const uint8_t light = wearable->tick % wearable->config->every < wearable->config->on;
    /* samples from before are not this measurement's */
    if (light && !wearable->light && wearable->tick)
        mk_heart_reset(&wearable->heart);
    wearable->light = light;
}

static void take_ecg(mk_wearable *wearable, float *values, uint32_t n, float *room)
{
    const uint32_t count = convert(&wearable->to_ecg, wearable->config->to_ecg, values, n, room);
    mk_sos_process(&wearable->ecg_band, room, room, count);
    mk_rhythm_push(&wearable->rhythm, room, count);
}

/* How fast blood comes, in place of the pulse wave. */
static void steepness(mk_wearable *wearable, float *wave, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        const float before = wearable->pulse;
        wearable->pulse = wave[i];
        wave[i] = wearable->config->upward ? wave[i] - before : before - wave[i];
    }
}

/* Which of n frames, the first of them the tick's first-th, carry a sample of a part of a rate of its own. */
static uint32_t due(uint32_t first, uint32_t n, uint32_t rate, uint32_t own, uint8_t *at)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t rest = (first + i) * own % rate;
        if (rest == 0 || rest > rate - own)
            at[count++] = (uint8_t)i;
    }
    return count;
}

/* A channel's samples as values. */
static void values_of(mk_channel *channel, const int16_t *frames, const uint8_t *at, uint32_t n, float *values)
{
    int16_t picked[MK_WEARABLE_PART];
    for (uint32_t i = 0; i < n; i++)
        picked[i] = frames[at[i] * MK_WEARABLE_CHANNELS];
    mk_channel_process(channel, picked, 1, n, values);
}

/* Five channels at 25 Hz, those held back before the new ones; how many there are of each. The others' `ahead` wait. */
static uint32_t join(mk_wearable *wearable, float *rows, const uint32_t *count)
{
    const uint32_t both = count[0] < count[1] ? count[0] : count[1];
    for (uint32_t i = 0; i < MK_HEART_CHANNELS; i++) {
        const uint32_t part = i >= MK_HEART_PULSES, ahead = count[part] - both;
        for (uint32_t k = 0; k < ahead; k++)
            wearable->held[i][k] = rows[i * MK_WEARABLE_OUT + both + k];
        wearable->held_count[part] = (uint8_t)ahead;
    }
    return both;
}

static void take(mk_wearable *wearable, const int16_t *frames, uint32_t n)
{
    const mk_wearable_config *const config = wearable->config;
    float *const values = wearable->scratch, *const rows = values + MK_WEARABLE_PART;
    uint8_t at[2][MK_WEARABLE_PART];
    const uint32_t samples[2] = {due(wearable->taken, n, config->rate, config->pulse_rate, at[0]),
                                 due(wearable->taken, n, config->rate, config->motion_rate, at[1])};
    uint32_t count[2] = {0, 0};
    for (uint32_t i = 0; i < MK_WEARABLE_CHANNELS; i++) {
        const uint32_t part = i >= MK_HEART_PULSES && i < MK_HEART_CHANNELS;
        values_of(&wearable->channel[i], frames + i, at[part], samples[part], values);
        if (i >= MK_HEART_CHANNELS)
            break;
        float *const row = rows + i * MK_WEARABLE_OUT;
        const uint32_t held = wearable->held_count[part];
        for (uint32_t k = 0; k < held; k++)
            row[k] = wearable->held[i][k];
        count[part] = held + convert(&wearable->to_heart[i], to_heart_of(config, i), values, samples[part], row + held);
    }
    const uint32_t both = join(wearable, rows, count);
    for (uint32_t i = 0; i < 3; i++)
        wearable->motion_count =
            convert(&wearable->to_motion[i], config->to_motion, rows + (MK_HEART_PULSES + i) * MK_WEARABLE_OUT, both,
                    wearable->motion + i * MK_WEARABLE_OUT);
    mk_heart_push(&wearable->heart, rows, MK_WEARABLE_OUT, both);
    /* rows are no longer needed but for the first; values are the ECG's */
    if (wearable->source == PULSE) {
        mk_sos_process(&wearable->pulse_band, rows, rows, both);
        steepness(wearable, rows, both);
        mk_rhythm_push(&wearable->rhythm, rows, both);
    } else {
        take_ecg(wearable, values, samples[0], rows);
    }
}

static void say(mk_wearable_report *report, uint16_t code, int32_t value)
{
    report->event[report->events++] = (mk_wearable_event){code, value};
}

static void tell_heart(mk_wearable *wearable, const mk_quality *quality, mk_wearable_report *report)
{
    mk_wearable_scores *const scores = &report->scores;
    if (wearable->light != wearable->lit)
        say(report, MK_EVENT_LIGHT, wearable->light);
    wearable->lit = scores->light = wearable->light;
    if (!wearable->light) {
        scores->trouble = MK_HEART_OFF;
        wearable->heart.filled = 0;
        return;
    }
    const mk_heart_reading reading = mk_heart_hop(&wearable->heart, quality, &report->evidence);
    scores->bpm = reading.rate.bpm;
    scores->confidence = reading.rate.confidence;
    scores->trouble = reading.trouble;
    if (!reading.trouble && reading.rate.bpm < wearable->config->slow &&
        !(mk_abs(reading.rate.bpm - wearable->beats) <= 0.1f * reading.rate.bpm))
        scores->trouble = MK_HEART_SLOW;
    if (scores->trouble)
        say(report, MK_EVENT_NO_READING, scores->trouble);
    else
        say(report, MK_EVENT_HEART_RATE, (int32_t)(reading.rate.bpm * 16.0f + 0.5f));
}

/* Whether this tick's samples are ones that beats can be told from. */
static int usable(const mk_wearable *wearable, const mk_quality *quality)
{
    if (wearable->source == ECG)
        return !(quality[MK_WEARABLE_ECG] & FAULT);
    return !(quality[0] & FAULT) && wearable->light &&
           mk_heart_motion(&wearable->heart, wearable->config->heart.hop) <= wearable->config->rest;
}

static void settle_rhythm(mk_wearable *wearable, const mk_rhythm_report *rhythm, mk_wearable_report *report)
{
    wearable->streak = rhythm->irregular == wearable->said ? 0u : (uint16_t)(wearable->streak + 1u);
    if (wearable->streak < wearable->config->confirm)
        return;
    wearable->streak = 0;
    wearable->said = rhythm->irregular;
    say(report, MK_EVENT_IRREGULAR, wearable->said);
}

static mk_status tell_rhythm(mk_wearable *wearable, const mk_quality *quality, mk_wearable_report *report)
{
    mk_wearable_scores *const scores = &report->scores;
    scores->score = -128;
    wearable->beats = 0.0f;
    if (!usable(wearable, quality)) {
        mk_rhythm_reset(&wearable->rhythm);
        scores->rhythm_trouble = MK_RHYTHM_FEW;
        return MK_OK;
    }
    mk_rhythm_report rhythm;
    const mk_status status = mk_rhythm_report_now(&wearable->rhythm, wearable->scratch, &rhythm);
    scores->source = wearable->source;
    scores->intervals = rhythm.intervals;
    scores->rhythm_trouble = rhythm.trouble;
    scores->doubt = rhythm.doubt;
    if (rhythm.trouble || status)
        return status;
    scores->irregular = rhythm.irregular;
    scores->score = rhythm.score;
    for (uint32_t i = 0; i < MK_RR_VALUES; i++) {
        scores->values[i] = rhythm.values[i];
        scores->inputs[i] = rhythm.inputs[i];
    }
    settle_rhythm(wearable, &rhythm, report);
    if ((float)rhythm.hrv.intervals >= REGULAR * (float)rhythm.intervals && rhythm.hrv.mean_rr > 0.0f)
        wearable->beats = mk_div(60.0f, rhythm.hrv.mean_rr);
    if (rhythm.hrv.pairs >= LEAST_PAIRS) {
        scores->rmssd = rhythm.hrv.rmssd;
        scores->sdnn = rhythm.hrv.sdnn;
        scores->pnn50 = rhythm.hrv.pnn50;
        scores->sd1 = rhythm.hrv.sd1;
        scores->sd2 = rhythm.hrv.sd2;
        scores->mean_rr = rhythm.hrv.mean_rr;
        /* once a minute: it changes slowly */
        if (wearable->tick % 30u == 29u)
            say(report, MK_EVENT_HRV, (int32_t)(rhythm.hrv.rmssd * 1e6f));
    }
    return MK_OK;
}

static mk_status finish(mk_wearable *wearable)
{
    mk_wearable_report *const report = &wearable->report;
    mk_quality quality[MK_WEARABLE_CHANNELS];
    *report = (mk_wearable_report){0};
    report->tick = wearable->tick;
    for (uint32_t i = 0; i < MK_WEARABLE_CHANNELS; i++)
        report->scores.quality[i] = quality[i] = mk_channel_quality(&wearable->channel[i]);
    /* the rhythm first: what the heart says lies in the scratch until the next call */
    const mk_status status = tell_rhythm(wearable, quality, report);
    tell_heart(wearable, quality, report);
    choose_source(wearable, quality[MK_WEARABLE_ECG] & MK_QUALITY_EMPTY ? PULSE : ECG);
    report->scores.said = wearable->said;
    wearable->tick++;
    wearable->taken = 0;
    return status;
}

uint8_t mk_wearable_light(const mk_wearable *wearable)
{
    const mk_wearable_config *const config = wearable->config;
    return wearable->tick % config->every < config->on || (wearable->tick + 1u) % config->every < config->on;
}

mk_status mk_wearable_next(mk_wearable *wearable, const int16_t **frames, uint32_t *count, uint8_t *complete)
{
    const uint32_t left = 2u * wearable->config->rate - wearable->taken;
    uint32_t n = *count < left ? *count : left;
    n = n < MK_WEARABLE_PART ? n : MK_WEARABLE_PART;
    wearable->motion_count = 0;
    *complete = 0;
    if (n == 0)
        return MK_OK;
    if (wearable->taken == 0)
        begin(wearable, *frames);
    take(wearable, *frames, n);
    *frames += n * MK_WEARABLE_CHANNELS;
    *count -= n;
    wearable->taken += n;
    *complete = n == left;
    return *complete ? finish(wearable) : MK_OK;
}
