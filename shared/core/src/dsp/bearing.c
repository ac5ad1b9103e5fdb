#include "motekit/dsp_bearing.h"

#include "motekit/dsp_math.h"
#include "motekit/dsp_quantile.h"

#define DC_POLE 0.998f
/* of a row's samples, above which it says nothing */
#define MOST_MISSING 0.02f
#define LEAST_TURNS 4u
#define MOST_BACKGROUND 96u

mk_status mk_bearing_init(mk_bearing *bearing, const mk_bearing_config *config, float *memory, float *scratch)
{
    if (!bearing || !config || !memory || !scratch || !config->sos || !config->window || !config->orders ||
        !config->velocity_low || !config->velocity_high || !config->shape.start || !config->shape.count ||
        config->bands < 1 || config->bands > MK_BEARING_BANDS || config->sections < 1 ||
        config->sections > MK_BEARING_SECTIONS || config->lines < 1 || config->lines > MK_BEARING_LINES ||
        config->lines + config->shape.bands > MK_BEARING_WIDTH || config->shape.bands < 1 ||
        config->low_pass.up != 1 || config->low_pass.down > MK_BEARING_DECIMATION || config->low_pass.down < 1 ||
        config->velocity_low_sections > MK_BEARING_SECTIONS || config->velocity_high_sections > MK_BEARING_SECTIONS ||
        config->velocity_low_sections < 1 || config->velocity_high_sections < 1 || config->velocity_step < 1 ||
        !(config->rate_hz > 0.0f) || !(config->scale > 0.0f) || !(config->rpm > 0.0f) ||
        !(config->tolerance >= 0.0f && config->tolerance <= 0.05f) || config->per_turn < 4 ||
        (uint32_t)config->per_turn * LEAST_TURNS > config->fft.length)
        return MK_ERR_ARG;
    /* the background of a line, in bins, must fit the scratch left beside the power */
    if (2.0f * MK_BEARING_REACH * mk_div((float)config->fft.length, (float)config->per_turn) + 8.0f >
        (float)MOST_BACKGROUND)
        return MK_ERR_ARG;
    bearing->config = config;
    const uint32_t points = config->fft.length, frame = config->spectrum.frame_length;
    mk_spectrum spectrum;
    if (frame != config->spectrum.fft.length ||
        mk_spectrum_init(&spectrum, &config->spectrum, scratch) != MK_OK)
        return MK_ERR_ARG;
    bearing->angle = memory;
    bearing->frame = bearing->angle + config->bands * points;
    bearing->power = bearing->frame + frame;
    float *history = bearing->power + config->spectrum.fft.length / 2u + 1u;
    bearing->scratch = scratch;
    for (uint32_t b = 0; b < config->bands; b++) {
        mk_status status = mk_sos_init(&bearing->filters[b], config->sos + 5u * b * config->sections, config->sections,
                                       bearing->filter_state[b]);
        if (status == MK_OK)
            status = mk_resample_init(&bearing->low_pass[b], &bearing->config->low_pass, history);
        if (status == MK_OK)
            status = mk_order_init(&bearing->order[b], config->per_turn);
        if (status != MK_OK)
            return status;
        history += config->low_pass.taps;
    }
    mk_status status = mk_sos_init(&bearing->velocity_low, config->velocity_low, config->velocity_low_sections,
                                   bearing->velocity_state[0]);
    if (status == MK_OK)
        status = mk_sos_init(&bearing->velocity_high, config->velocity_high, config->velocity_high_sections,
                             bearing->velocity_state[1]);
    mk_bearing_reset(bearing);
    return status;
}

static void begin_row(mk_bearing *bearing)
{
    bearing->filled = 0;
    bearing->samples = bearing->missing = bearing->velocity_samples = bearing->frames = 0;
    bearing->sum_square = bearing->sum_fourth = bearing->sum_rpm = bearing->sum_velocity = bearing->peak = 0.0f;
    bearing->quality = 0;
    for (uint32_t b = 0; b < bearing->config->bands; b++)
        bearing->square[b] = bearing->fourth[b] = 0.0f;
    for (uint32_t k = 0; k <= bearing->config->spectrum.fft.length / 2u; k++)
        bearing->power[k] = 0.0f;
}

void mk_bearing_reset(mk_bearing *bearing)
{
    for (uint32_t b = 0; b < bearing->config->bands; b++) {
        mk_sos_reset(&bearing->filters[b]);
        mk_resample_reset(&bearing->low_pass[b]);
        (void)mk_order_init(&bearing->order[b], bearing->config->per_turn);
    }
    mk_sos_reset(&bearing->velocity_low);
    mk_sos_reset(&bearing->velocity_high);
    bearing->last = bearing->dc_in = bearing->dc_out = bearing->turns = 0.0f;
    bearing->frame_filled = 0;
    bearing->chunk_filled = bearing->velocity_phase = bearing->started = 0;
    begin_row(bearing);
}

static void add_frame(mk_bearing *bearing)
{
    const mk_spectrum_config *const config = &bearing->config->spectrum;
    const mk_spectrum spectrum = {config, bearing->scratch};
    const uint32_t bins = config->fft.length / 2u + 1u, half = config->frame_length / 2u;
    float *const out = bearing->scratch; /* over the windowed frame, which the transform is done with */
    (void)mk_spectrum_process(&spectrum, bearing->frame, out);
    for (uint32_t k = 0; k < bins; k++)
        bearing->power[k] += out[k];
    for (uint32_t i = 0; i + half < config->frame_length; i++)
        bearing->frame[i] = bearing->frame[i + half];
    bearing->frame_filled = (uint16_t)(config->frame_length - half);
    bearing->frames++;
}

/* `low_pass.down` samples: one envelope sample of each band, and the order samples that it completes. */
static void take_chunk(mk_bearing *bearing)
{
    const mk_bearing_config *const config = bearing->config;
    const uint32_t n = config->low_pass.down, points = config->fft.length;
    const float most = mk_div((float)MK_BEARING_BURST, (float)config->per_turn);
    float turns = bearing->turns, work[MK_BEARING_DECIMATION];
    if (turns > most) {
        turns = most;
        bearing->quality |= MK_QUALITY_RANGE;
    }
    uint32_t count = 0;
    for (uint32_t b = 0; b < config->bands; b++) {
        float envelope[2], burst[MK_BEARING_BURST + 2];
        mk_sos_process(&bearing->filters[b], bearing->chunk, work, n);
        float square = 0.0f, fourth = 0.0f;
        for (uint32_t i = 0; i < n; i++) {
            work[i] *= work[i];
            square += work[i];
            fourth += work[i] * work[i];
        }
        bearing->square[b] += square;
        bearing->fourth[b] += fourth;
        (void)mk_resample_process(&bearing->low_pass[b], work, n, envelope);
        envelope[0] = envelope[0] > 0.0f ? mk_sqrt(envelope[0]) : 0.0f;
        mk_quality quality = 0;
        count = mk_order_process(&bearing->order[b], envelope, &turns, 1, burst, &quality);
        bearing->quality |= quality;
        if (count > points - bearing->filled)
            count = points - bearing->filled;
        for (uint32_t i = 0; i < count; i++)
            bearing->angle[b * points + bearing->filled + i] = burst[i];
    }
    bearing->filled = (uint16_t)(bearing->filled + count);

    float square = 0.0f, fourth = 0.0f;
    mk_sos_process(&bearing->velocity_low, bearing->chunk, work, n);
    for (uint32_t i = 0; i < n; i++) {
        const float x = bearing->chunk[i], xx = x * x;
        square += xx;
        fourth += xx * xx;
        if (mk_abs(x) > bearing->peak)
            bearing->peak = mk_abs(x);
        if (++bearing->velocity_phase >= config->velocity_step) {
            float v;
            bearing->velocity_phase = 0;
            mk_sos_process(&bearing->velocity_high, &work[i], &v, 1);
            bearing->sum_velocity += v * v;
            bearing->velocity_samples++;
        }
        bearing->frame[bearing->frame_filled++] = x;
        if (bearing->frame_filled == config->spectrum.frame_length)
            add_frame(bearing);
    }
    bearing->sum_square += square;
    bearing->sum_fourth += fourth;
    bearing->turns = 0.0f;
    bearing->chunk_filled = 0;
}

static void take_frame(mk_bearing *bearing, const int16_t *frame)
{
    const mk_bearing_config *const config = bearing->config;
    float x = bearing->last, rpm = config->rpm;
    if (frame[0] == MK_BEARING_MISSING) {
        bearing->missing++;
    } else {
        x = (float)frame[0] * config->scale;
        if (frame[0] == 32767 || frame[0] == -32767)
            bearing->quality |= MK_QUALITY_SATURATED;
    }
    if (frame[1] != MK_BEARING_MISSING)
        rpm = frame[1] < 0 ? -(float)frame[1] : (float)frame[1];
    if (!bearing->started) {
        bearing->started = 1;
        bearing->dc_in = x;
    }
    bearing->last = x;
    bearing->dc_out = x - bearing->dc_in + DC_POLE * bearing->dc_out;
    bearing->dc_in = x;
    bearing->chunk[bearing->chunk_filled++] = bearing->dc_out;
    bearing->turns += mk_div(rpm, 60.0f * config->rate_hz);
    bearing->sum_rpm += rpm - config->rpm;
    bearing->samples++;
    if (bearing->chunk_filled == config->low_pass.down)
        take_chunk(bearing);
}

/* Level of a line above what surrounds it, dB. */
static float line_db(const float *power, uint32_t bins, float centre, float reach, float tolerance, float *background)
{
    float wide = centre * tolerance;
    if (wide < 1.5f)
        wide = 1.5f;
    if (centre + wide >= (float)(bins - 1u) || centre - wide < 2.0f)
        return 0.0f;
    const uint32_t first = (uint32_t)(centre - wide), last = (uint32_t)(centre + wide) + 1u;
    float low = centre - reach - wide, high = centre + reach + wide;
    if (low < 2.0f)
        low = 2.0f;
    if (high > (float)(bins - 1u))
        high = (float)(bins - 1u);
    uint32_t count = 0;
    float peak = 0.0f;
    for (uint32_t k = (uint32_t)low; k <= (uint32_t)high && count < MOST_BACKGROUND; k++) {
        if (k >= first && k <= last && power[k] > peak)
            peak = power[k];
        background[count++] = power[k];
    }
    mk_sort(background, count);
    const float median = background[count / 2u];
    if (!(peak > 0.0f))
        return 0.0f;
    /* 10 / ln 10 */
    const float db = median > 0.0f ? 4.34294482f * (mk_ln(peak) - mk_ln(median)) : MK_BEARING_MOST_DB;
    return db < 0.0f ? 0.0f : db > MK_BEARING_MOST_DB ? MK_BEARING_MOST_DB : db;
}

static void band_lines(mk_bearing *bearing, float *angle, float *lines)
{
    const mk_bearing_config *const config = bearing->config;
    const uint32_t points = config->fft.length, bins = points / 2u + 1u;
    const float turns = mk_div((float)points, (float)config->per_turn);
    float mean = 0.0f, background[MOST_BACKGROUND];
    for (uint32_t i = 0; i < points; i++)
        mean += angle[i];
    mean = mk_div(mean, (float)points);
    for (uint32_t i = 0; i < points; i++)
        angle[i] = (angle[i] - mean) * config->window[i];
    mk_rfft_process(&config->fft, angle, bearing->scratch);
    float *const power = angle; /* the samples are done with */
    power[0] = bearing->scratch[0] * bearing->scratch[0];
    power[bins - 1u] = bearing->scratch[1] * bearing->scratch[1];
    for (uint32_t k = 1; k + 1u < bins; k++)
        power[k] = bearing->scratch[2u * k] * bearing->scratch[2u * k] +
                   bearing->scratch[2u * k + 1u] * bearing->scratch[2u * k + 1u];
    for (uint32_t j = 0; j < config->lines; j++) {
        const float db = line_db(power, bins, config->orders[j] * turns, MK_BEARING_REACH * turns, config->tolerance,
                                 background);
        if (db > lines[j])
            lines[j] = db;
    }
}

static float impulsiveness(float square, float fourth, float n)
{
    const float mean = mk_div(square, n);
    if (!(mean > 0.0f))
        return 0.0f;
    const float ratio = mk_div(mk_div(fourth, n), mean * mean);
    return ratio > 0.0f ? mk_ln(ratio) : 0.0f;
}

static void finish_row(mk_bearing *bearing, mk_bearing_row *row)
{
    const mk_bearing_config *const config = bearing->config;
    const float n = (float)bearing->samples;
    float *const shares = row->features + config->lines;
    for (uint32_t j = 0; j < MK_BEARING_WIDTH; j++)
        row->features[j] = 0.0f;
    row->band_kurtosis = 0.0f;
    for (uint32_t b = 0; b < config->bands; b++) {
        band_lines(bearing, bearing->angle + b * config->fft.length, row->features);
        const float found = impulsiveness(bearing->square[b], bearing->fourth[b], n);
        if (b == 0 || found > row->band_kurtosis)
            row->band_kurtosis = found;
    }
    (void)mk_bands_process(&config->shape, bearing->power, config->spectrum.fft.length / 2u + 1u, shares);
    float sum = 0.0f;
    for (uint32_t s = 0; s < config->shape.bands; s++)
        sum += shares[s];
    for (uint32_t s = 0; s < config->shape.bands; s++) {
        const float share = sum > 0.0f ? mk_div(shares[s], sum) : 1.0f;
        shares[s] = mk_ln(share > 1e-6f ? share : 1e-6f);
    }
    const float mean_square = mk_div(bearing->sum_square, n);
    row->seconds = mk_div(n, config->rate_hz);
    row->rpm = config->rpm + mk_div(bearing->sum_rpm, n);
    row->rms = mk_sqrt(mean_square);
    row->peak = bearing->peak;
    row->kurtosis = mean_square > 0.0f
                        ? mk_div(mk_div(bearing->sum_fourth, n), mean_square * mean_square) - 3.0f
                        : 0.0f;
    row->velocity = bearing->velocity_samples
                        ? mk_sqrt(mk_div(bearing->sum_velocity, (float)bearing->velocity_samples))
                        : 0.0f;
    row->quality = bearing->quality;
    if ((float)bearing->missing > MOST_MISSING * n)
        row->quality |= MK_QUALITY_GAP;
    if (!(sum > 0.0f) || !(mean_square > 0.0f))
        row->quality |= MK_QUALITY_FLAT;
    begin_row(bearing);
}

uint32_t mk_bearing_push(mk_bearing *bearing, const int16_t *frames, uint32_t n, mk_bearing_row *row, uint8_t *done)
{
    *done = 0;
    for (uint32_t i = 0; i < n; i++) {
        take_frame(bearing, frames + 2u * i);
        if (bearing->filled == bearing->config->fft.length) {
            finish_row(bearing, row);
            *done = 1;
            return i + 1u;
        }
    }
    return n;
}
