/* Irrigation: an hour's readings through the core's controller; what it says goes to the link, its valve to the sensor's
 * file, which knows the pin. */
#include <motekit/app.h>

#include "garden.h"

#ifdef __AVR__
enum { BLOCK = 1, BLOCKS = 1 };
#else
enum { BLOCK = 1, BLOCKS = 24 };
#endif

static int16_t buffer[MK_APP_CHANNELS * BLOCKS];
/* aligned as the model asks; where a byte is a word, any place will do */
#ifdef __AVR__
static uint8_t arena[MK_APP_ARENA];
#else
static uint8_t arena[MK_APP_ARENA] __attribute__((aligned(MK_ARENA_ALIGN)));
#endif

mk_gardener garden;
mk_gardener_config garden_config;

static void on_features(void *context, const int16_t *values)
{
    (void)context;
    mk_out_features(values, MK_MOISTURE_FEATURES * sizeof *values);
}

static void on_scores(void *context, const int8_t *values)
{
    (void)context;
    mk_out_scores(values, MK_GARDENER_OUTPUTS);
}

static void on_event(void *context, uint32_t at, uint16_t code, int32_t value)
{
    (void)context;
    mk_out_event(at, code, value);
}

mk_status garden_restart(void)
{
    static const mk_gardener_sink sink = {0, on_features, on_scores, on_event};
    return mk_gardener_init(&garden, &garden_config, &mk_app_forecast, &sink, arena);
}

static mk_status reset(void)
{
#ifdef GARDEN_LIVE
    garden_close();
    garden_forget();
#endif
    garden_config = mk_app_garden;
    return garden_restart();
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    mk_gardener_hour hour;
    _Static_assert(sizeof hour == 2 * MK_APP_CHANNELS, "a frame is an hour");
    for (uint32_t i = 0; i < n; i++, frames += MK_APP_CHANNELS) {
        int16_t *const fields = &hour.clock;
        for (uint8_t k = 0; k < MK_APP_CHANNELS; k++)
            fields[k] = frames[k];
        mk_gardener_process(&garden, &hour);
#ifdef GARDEN_LIVE
        if (garden_sensor_runs())
            continue; /* real time passes: the sensor's file ticks */
#endif
        (void)mk_gardener_pass(&garden, MK_APP_HOUR_S);
    }
    return MK_OK;
}

#ifdef GARDEN_LIVE
static void fail_safe(mk_status why)
{
    (void)why;
    garden_close();
}
#endif

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &garden_sensor,
    .buffer = buffer,
    .buffer_values = MK_APP_CHANNELS * BLOCKS,
    .block_frames = BLOCK,
    .init = reset,
    .reset = reset,
    .process = process,
#ifdef GARDEN_LIVE
    .fail_safe = fail_safe,
    .line = garden_menu,
#endif
};
