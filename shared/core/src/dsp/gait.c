#include "motekit/dsp_gait.h"

#include "motekit/dsp_math.h"

#define N ((uint32_t)MK_GAIT_LENGTH)
#define BINS ((uint32_t)MK_GAIT_BINS)
#define SMALL 1e-3f
#define SMALL_POWER 1e-4f
/* bins below are gravity and drift; the last has no lobe to its right */
#define FIRST_BIN 2u
#define LAST_BIN 61u
#define BIN_HZ 0.15625f
/* lags of 0.25 to 1.5 s */
#define FIRST_LAG 5u
#define LAST_LAG 30u
#define LAG_S 0.05f

typedef struct {
    float *power, *other; /* float32[BINS] */
    float *in, *out;      /* float32[MK_GAIT_FFT] */
    float *axis[3];       /* less their means */
    float *track;
} room;

static room lay_out(float *scratch)
{
    room r;
    r.power = scratch;
    r.other = r.power + BINS;
    r.in = r.other + BINS;
    r.out = r.in + MK_GAIT_FFT;
    for (uint32_t i = 0; i < 3; i++)
        r.axis[i] = r.out + MK_GAIT_FFT + i * N;
    r.track = r.axis[2] + N;
    return r;
}

mk_status mk_gait_check(const mk_gait_config *config)
{
    if (!config || !config->window || !config->edge || config->fft.length != MK_GAIT_FFT || !config->fft.twiddle ||
        !config->fft.order || config->edge[MK_GAIT_BANDS] > MK_GAIT_BINS)
        return MK_ERR_ARG;
    for (uint32_t i = 0; i < MK_GAIT_BANDS; i++)
        if (config->edge[i] >= config->edge[i + 1u])
            return MK_ERR_ARG;
    return MK_OK;
}

static float log_of(float x)
{
    return mk_ln((x > 0.0f ? x : 0.0f) + SMALL);
}

static float share_of(float sum)
{
    return mk_div(sum, (float)N);
}

static float dot(const float *a, const float *b, uint32_t n)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < n; i++)
        sum = mk_add_product(sum, a[i], b[i]);
    return sum;
}

/* out = x - mean; returns the mean. */
static float centre(const float *x, float *out)
{
    float sum = 0.0f;
    for (uint32_t i = 0; i < N; i++)
        sum += x[i];
    const float mean = share_of(sum);
    for (uint32_t i = 0; i < N; i++)
        out[i] = x[i] - mean;
    return mean;
}

static float change(const float *x)
{
    float sum = 0.0f;
    for (uint32_t i = 1; i < N; i++)
        sum += mk_abs(x[i] - x[i - 1u]);
    return log_of(mk_div(sum, (float)(N - 1u)));
}

/* Deviation, change, skewness, kurtosis, largest, smallest; x has no mean. */
static float *tell_track(const float *x, float sign, float *values)
{
    float two = 0.0f, three = 0.0f, four = 0.0f, most = 0.0f, least = 0.0f;
    for (uint32_t i = 0; i < N; i++) {
        const float v = sign * x[i], square = v * v;
        two += square;
        three = mk_add_product(three, square, v);
        four = mk_add_product(four, square, square);
        most = v > most ? v : most;
        least = v < least ? v : least;
    }
    const float variance = share_of(two), deviation = mk_sqrt(variance);
    values[0] = log_of(deviation);
    values[1] = change(x);
    values[2] = mk_div(share_of(three), variance * deviation + SMALL_POWER);
    values[3] = mk_div(share_of(four), variance * variance + SMALL_POWER);
    values[4] = log_of(most);
    values[5] = log_of(-least);
    return values + 6;
}

static void add_power(const mk_gait_config *config, const room *r, const float *x, float *power, int add)
{
    for (uint32_t i = 0; i < N; i++)
        r->in[i] = x[i] * config->window[i];
    for (uint32_t i = N; i < MK_GAIT_FFT; i++)
        r->in[i] = 0.0f;
    mk_rfft_process(&config->fft, r->in, r->out);
    for (uint32_t k = 0; k < BINS; k++) {
        const float re = k < BINS - 1u ? r->out[2u * k] : r->out[1];
        const float im = k == 0 || k == BINS - 1u ? 0.0f : r->out[2u * k + 1u];
        const float p = mk_add_product(re * re, im, im);
        power[k] = add ? power[k] + p : p;
    }
}

/* Bands, entropy, the highest line's frequency and share. */
static float *tell_spectrum(const mk_gait_config *config, const float *power, float *values)
{
    float total = SMALL, entropy = 0.0f;
    uint32_t top = FIRST_BIN;
    for (uint32_t b = 0; b < MK_GAIT_BANDS; b++) {
        float sum = 0.0f;
        for (uint32_t k = config->edge[b]; k < config->edge[b + 1u]; k++)
            sum += power[k];
        values[b] = log_of(sum);
    }
    for (uint32_t k = FIRST_BIN; k < LAST_BIN; k++) {
        total += power[k];
        if (power[k] > power[top])
            top = k;
    }
    for (uint32_t k = FIRST_BIN; k < LAST_BIN; k++) {
        const float share = mk_div(power[k], total);
        entropy = mk_sub_product(entropy, share, mk_ln(share + 1e-6f));
    }
    values[MK_GAIT_BANDS] = entropy;
    values[MK_GAIT_BANDS + 1u] = BIN_HZ * (float)top;
    values[MK_GAIT_BANDS + 2u] = mk_div(power[top], total);
    return values + MK_GAIT_BANDS + 3u;
}

static void tell_period(const float *x, float *values)
{
    const float all = dot(x, x, N) + SMALL;
    float best = -1e30f;
    uint32_t at = FIRST_LAG;
    for (uint32_t lag = FIRST_LAG; lag <= LAST_LAG; lag++) {
        const float r = dot(x, x + lag, N - lag);
        if (r > best) {
            best = r;
            at = lag;
        }
    }
    values[0] = mk_div(best, all);
    values[1] = LAG_S * (float)at;
}

/* How y and z move: along gravity's own part of them, across it, and in their principal directions. */
static void tell_plane(const room *r, float mean_y, float mean_z, float radius, float *values)
{
    const float *const y = r->axis[1], *const z = r->axis[2];
    const float yy = share_of(dot(y, y, N)), zz = share_of(dot(z, z, N)), yz = share_of(dot(y, z, N));
    const float middle = 0.5f * (yy + zz), half = 0.5f * (yy - zz);
    const float spread = mk_sqrt(mk_add_product(half * half, yz, yz));
    const float less = middle - spread;
    values[0] = log_of(mk_sqrt(less > 0.0f ? less : 0.0f));
    values[1] = log_of(mk_sqrt(middle + spread));
    float sum = 0.0f;
    for (uint32_t i = 1; i < N; i++) {
        const float a = y[i] - y[i - 1u], b = z[i] - z[i - 1u];
        sum += mk_sqrt(mk_add_product(a * a, b, b));
    }
    values[2] = log_of(mk_div(sum, (float)(N - 1u)));
    const float u = mk_div(mean_y, radius + SMALL), v = mk_div(mean_z, radius + SMALL);
    float down = 0.0f, across = 0.0f, with_x = 0.0f;
    for (uint32_t i = 0; i < N; i++) {
        const float a = mk_add_product(y[i] * u, z[i], v), b = mk_sub_product(y[i] * v, z[i], u);
        down = mk_add_product(down, a, a);
        across = mk_add_product(across, b, b);
        with_x = mk_add_product(with_x, a, r->axis[0][i]);
    }
    const float deviation = mk_sqrt(share_of(down));
    const float of_x = mk_sqrt(share_of(dot(r->axis[0], r->axis[0], N)));
    values[3] = log_of(deviation);
    values[4] = log_of(mk_sqrt(share_of(across)));
    values[5] = mk_div(share_of(with_x), deviation * of_x + SMALL);
}

static void norms(const float *xyz, uint32_t first, float *out)
{
    for (uint32_t i = 0; i < N; i++) {
        float sum = 0.0f;
        for (uint32_t axis = first; axis < 3; axis++)
            sum = mk_add_product(sum, xyz[axis * N + i], xyz[axis * N + i]);
        out[i] = mk_sqrt(sum);
    }
}

mk_quality mk_gait_process(const mk_gait_config *config, const float *xyz, float *values, float *scratch)
{
    const room r = lay_out(scratch);
    float mean[3];
    for (uint32_t i = 0; i < 3u * N; i++)
        if (!mk_is_finite(xyz[i])) {
            for (uint32_t k = 0; k < MK_GAIT_VALUES; k++)
                values[k] = 0.0f;
            for (uint32_t k = 0; k < BINS; k++)
                r.power[k] = 0.0f;
            return MK_QUALITY_NONFINITE;
        }
    for (uint32_t i = 0; i < 3; i++)
        mean[i] = centre(xyz + i * N, r.axis[i]);
    const float sign = mean[0] < 0.0f ? -1.0f : 1.0f;
    const float radius = mk_sqrt(mk_add_product(mean[1] * mean[1], mean[2], mean[2]));
    values[0] = mk_abs(mean[0]);
    values[1] = radius;
    tell_plane(&r, mean[1], mean[2], radius, values + 2);
    values[7] *= sign;
    float *track = tell_track(r.axis[0], sign, values + 12);
    float *spectrum = values + 30;
    add_power(config, &r, r.axis[0], r.power, 0);
    spectrum = tell_spectrum(config, r.power, spectrum);
    add_power(config, &r, r.axis[1], r.power, 0);
    add_power(config, &r, r.axis[2], r.power, 1);
    spectrum = tell_spectrum(config, r.power, spectrum);
    norms(xyz, 0, r.track);
    values[8] = centre(r.track, r.track);
    tell_period(r.track, values + 10);
    track = tell_track(r.track, 1.0f, track);
    add_power(config, &r, r.track, r.power, 0);
    spectrum = tell_spectrum(config, r.power, spectrum);
    norms(xyz, 1, r.track);
    values[9] = centre(r.track, r.track);
    tell_track(r.track, 1.0f, track);
    add_power(config, &r, r.track, r.other, 0);
    tell_spectrum(config, r.other, spectrum);
    return 0;
}
