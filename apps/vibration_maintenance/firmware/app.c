/* Vibration maintenance: accelerometer and shaft speed through the core's machine; a relay that drops out by itself. */
#include <motekit/app.h>
#include <motekit/hal.h>
#include <motekit/nn.h>
#include <motekit/post_machine.h>

#include <string.h>

#include "app_config.h"
#include "flash.h"

/* 5 ms blocks; the buffer bridges 25 ms, several times what a row takes at 168 MHz */
enum { BLOCK = MK_APP_RATE_HZ / 200, BLOCKS = 5 };

#ifndef MK_PIN_RELAY
#define MK_PIN_RELAY 0
#endif

static int16_t buffer[BLOCK * BLOCKS * MK_APP_CHANNELS];
static float memory[MK_APP_MEMORY], scratch[MK_APP_SCRATCH];
static mk_machine machine;

/* Energised means healthy: a cut wire, a dead supply and a stopped core all look like an alarm. */
static void relay(int healthy)
{
    mk_hal_pin_write(MK_PIN_RELAY, healthy != 0);
}

static void say_events(void)
{
    for (uint32_t i = 0; i < machine.event_count; i++)
        mk_out_event(machine.events[i].at, machine.events[i].code, machine.events[i].value);
    machine.event_count = 0;
}

static mk_status reset(void)
{
    const mk_status status =
        mk_machine_init(&machine, &mk_app_machine, vibration_flash(), memory, scratch);
    relay(status == MK_OK);
    return status;
}

static mk_status init(void)
{
    return reset();
}

static mk_status classify(int8_t *scores)
{
    const mk_nn_model *const model = &MK_APP_MODEL;
    /* the scratch is free between rows */
    uint8_t *const arena = (uint8_t *)(((uintptr_t)scratch + MK_ARENA_ALIGN - 1u) & ~(uintptr_t)(MK_ARENA_ALIGN - 1u));
    memcpy(arena + model->input[0].offset, machine.input, model->input[0].bytes);
    const mk_status status = model->invoke(arena);
    memcpy(scores, arena + model->output[0].offset, model->output[0].bytes);
    return status;
}

/* Samples were lost: the row they would have been in says so. */
static volatile uint8_t lost;

static mk_status process(const int16_t *frames, uint32_t n)
{
    static const int16_t missing[MK_APP_CHANNELS] = {MK_BEARING_MISSING, MK_BEARING_MISSING};
    int8_t scores[MK_MACHINE_CLASSES];
    if (lost) {
        lost = 0;
        const mk_status status = process(missing, 1);
        if (status != MK_OK)
            return status;
    }
    while (n) {
        uint8_t done;
        say_events(); /* of the start */
        const uint32_t taken = mk_machine_push(&machine, frames, n, &done);
        frames += taken * MK_APP_CHANNELS;
        n -= taken;
        if (done) {
            const mk_status status = classify(scores);
            if (status != MK_OK)
                return status;
            mk_machine_judge(&machine, scores);
            mk_out_features(machine.row.features, MK_APP_WIDTH * sizeof(float));
            relay(machine.anomaly.level != MK_ANOMALY_ALARM && !machine.sensor_fault);
        }
        say_events();
        if (done)
            mk_out_scores(machine.verdict, MK_MACHINE_VERDICT);
    }
    return MK_OK;
}

static void fail_safe(mk_status why)
{
    if (why == MK_ERR_OVERRUN)
        lost = 1;
    relay(0);
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &MK_APP_SENSOR,
    .buffer = buffer,
    .buffer_values = BLOCK * BLOCKS * MK_APP_CHANNELS,
    .block_frames = BLOCK,
    .init = init,
    .reset = reset,
    .process = process,
    .fail_safe = fail_safe,
};
