/* An app for tests of link and main loop: the feature rows are its samples, the scores a running checksum. */
#include <motekit/app.h>
#include <motekit/hal.h>

enum { CHANNELS = 3, BLOCK = 16, BLOCKS = 8 };

static int16_t buffer[CHANNELS * BLOCK * BLOCKS];
static struct {
    uint32_t frames, checksum, windows;
    int safe;
} echo;

static mk_status echo_reset(void)
{
    echo.frames = echo.windows = 0;
    echo.checksum = 2166136261u; /* FNV-1a */
    return MK_OK;
}

static mk_status echo_process(const int16_t *frames, uint32_t n)
{
    /* what tests ask for by a first sample that no other test sends */
    if (frames[0] == -32111)
        return MK_ERR_IO;
    if (frames[0] == -32222)
        __builtin_trap(); /* an undefined instruction on every machine */
    if (frames[0] == -32333)
        for (;;) {
        }
    if (echo.safe) {
        static char text[] = "fail-safe was called with 0";
        text[sizeof text - 2] = (char)('0' + echo.safe);
        mk_out_log(text);
        echo.safe = 0;
    }
    for (uint32_t i = 0; i < n * CHANNELS; i++)
        echo.checksum = (echo.checksum ^ (uint16_t)frames[i]) * 16777619u;
    mk_out_features(frames, (uint16_t)(n * CHANNELS * sizeof frames[0]));
    echo.frames += n;
    if (++echo.windows % 4 == 0) {
        mk_out_scores(&echo.checksum, sizeof echo.checksum);
        if (echo.checksum >> 29 == 0) /* one in eight */
            mk_out_event(echo.frames, (uint16_t)(echo.checksum & 0xFFu), (int32_t)echo.checksum);
    }
    return MK_OK;
}

static void echo_fail_safe(mk_status why)
{
    echo.safe = (int)why;
}

#ifdef ECHO_SENSOR

/* counts: x the frames, y backwards, z constant; 512 frames wait in its FIFO, more are lost */
enum { RATE_HZ = 1000, FIFO = 512 };
static struct {
    uint32_t started, made, taken, lost;
} sensor_state;

static mk_status sensor_init(void)
{
    sensor_state.started = mk_hal_ticks();
    return MK_OK;
}

static uint32_t sensor_fetch(int16_t *frames, uint32_t max_frames)
{
    const uint32_t elapsed = mk_hal_ticks() - sensor_state.started;
    sensor_state.made = elapsed / (mk_hal_tick_hz() / RATE_HZ);
    uint32_t waiting = sensor_state.made - sensor_state.taken;
    if (waiting > FIFO) {
        sensor_state.lost += waiting - FIFO;
        sensor_state.taken += waiting - FIFO;
        waiting = FIFO;
    }
    const uint32_t n = waiting < max_frames ? waiting : max_frames;
    for (uint32_t i = 0; i < n; i++) {
        const int16_t count = (int16_t)(sensor_state.taken++ & 0x3FFF);
        *frames++ = count;
        *frames++ = (int16_t)-count;
        *frames++ = 128;
    }
    return n;
}

static uint32_t sensor_lost(void)
{
    return sensor_state.lost;
}

static const mk_sensor sensor = {
    .name = "counter", .channels = CHANNELS, .channel_names = "x,y,z", .unit = "m/s^2",
    .scale = 0.0078125f, .rate_hz = RATE_HZ,
    .init = sensor_init, .fetch = sensor_fetch, .lost = sensor_lost,
};

#else

static const mk_sensor sensor = {
    .name = "replay", .channels = CHANNELS, .channel_names = "x,y,z", .unit = "m/s^2",
    .scale = 0.0078125f, .rate_hz = 125.0f,
};

#endif

const mk_app mk_application = {
    .name = "echo", .version = "1.2.3", .feature_hash = 0x1122334455667788u, .model_hash = 0x99AABBCCDDEEFF00u,
    .sensor = &sensor, .buffer = buffer, .buffer_values = CHANNELS * BLOCK * BLOCKS, .block_frames = BLOCK,
    .init = echo_reset, .reset = echo_reset, .process = echo_process, .fail_safe = echo_fail_safe,
};
