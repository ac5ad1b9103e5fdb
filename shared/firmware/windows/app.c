/* The app of an app.toml alone: windows of features to an int8 network to the state that is reported.
 * mk_windows.h says whether the windows are those of numbers (window_stream.h) or of pictures (picture_stream.h). */
#include <string.h>

#include <motekit/app.h>
#include <motekit/post_label.h>

#include "app_config.h"

enum { BLOCK = MK_APP_BLOCK, BLOCKS = 4 };

static int16_t buffer[MK_APP_CHANNELS * BLOCK * BLOCKS];
static float memory[MK_WINDOWS_MEMORY];
static uint8_t arena[MK_APP_ARENA] __attribute__((aligned(16)));
static uint8_t ring[MK_APP_LABELS * MK_APP_SMOOTHING];
static mk_windows_stream stream;
static mk_label label;

static mk_status reset(void)
{
    MK_WINDOWS(reset)(&stream);
    mk_label_reset(&label);
    return MK_APP_MODEL.init(arena);
}

static mk_status init(void)
{
    const mk_nn_model *const model = &MK_APP_MODEL;
    if (model->inputs != 1 || model->outputs != 1 || model->input->dtype != MK_INT8 || model->output->dtype != MK_INT8 ||
        model->input->bytes != MK_WINDOWS_WIDTH || model->output->bytes != MK_APP_LABELS)
        return MK_ERR_FORMAT;
    mk_status status = MK_WINDOWS(init)(&stream, &mk_windows, memory);
    if (status == MK_OK)
        status = mk_label_init(&label, &mk_app_label, ring);
    return status == MK_OK ? reset() : status;
}

/* The network, the window's quality beside its scores, and what is made of both. */
static mk_status decide(mk_quality quality)
{
    struct {
        int8_t scores[MK_APP_LABELS];
        mk_quality quality;
    } found;
    mk_label_event event;
    MK_WINDOWS(tensor)(&stream, (int8_t *)arena + MK_APP_MODEL.input->offset);
    const mk_status status = MK_APP_MODEL.invoke(arena);
    if (status != MK_OK)
        return status;
    memcpy(found.scores, arena + MK_APP_MODEL.output->offset, sizeof found.scores);
    found.quality = quality;
    mk_out_scores(&found, sizeof found);
    if (mk_label_process(&label, found.scores, quality, &event))
        mk_out_event(event.window, event.label, event.value);
    return MK_OK;
}

/* Samples were lost: said from wherever it is noticed, taken note of before the next ones. */
static volatile uint8_t lost;

static void fail_safe(mk_status why)
{
    if (why == MK_ERR_OVERRUN)
        lost = 1;
}

static mk_status process(const int16_t *frames, uint32_t n)
{
    mk_quality quality;
    if (lost)
        MK_WINDOWS(gap)(&stream, 1);
    lost = 0;
    while (MK_WINDOWS(next)(&stream, &frames, &n, &quality)) {
        mk_out_features(stream.features, (uint16_t)(MK_WINDOWS_WIDTH * sizeof *stream.features));
        const mk_status status = decide(quality);
        if (status != MK_OK)
            return status;
    }
    return MK_OK;
}

const mk_app mk_application = {
    .name = MK_APP_NAME,
    .version = MK_APP_VERSION,
    .feature_hash = MK_FEATURE_HASH,
    .model_hash = MK_MODEL_HASH,
    .sensor = &MK_APP_SENSOR,
    .buffer = buffer,
    .buffer_values = MK_APP_CHANNELS * BLOCK * BLOCKS,
    .block_frames = BLOCK,
    .init = init,
    .reset = reset,
    .process = process,
    .fail_safe = fail_safe,
};
