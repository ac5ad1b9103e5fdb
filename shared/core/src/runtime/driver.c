#include "motekit/driver.h"

#include <string.h>

#define MOVED (3 * 256) /* in a calibration: more than so many 1/256 pixel is no sitting still */

mk_status mk_driver_init(mk_driver *driver, const mk_driver_config *config, const MK_FLASH mk_nn_model *model,
                         const mk_driver_memory *memory, const mk_driver_sink *sink)
{
    if (!driver || !config || !config->eyes || !config->drowsiness || !config->table || config->view < 64 || !model ||
        !memory || !memory->frame || !memory->half || !memory->arena || !sink)
        return MK_ERR_ARG;
    if (model->inputs != 1 || model->outputs != 1 || model->input->dtype != MK_INT8 ||
        model->output->dtype != MK_INT8 || model->input->bytes != MK_EYE_PIXELS || model->output->bytes != 2)
        return MK_ERR_FORMAT;
    driver->config = config;
    driver->model = model;
    driver->memory = *memory;
    driver->sink = *sink;
    const mk_eyes_config *const eyes = config->eyes;
    const mk_image frame = {memory->frame, eyes->width, eyes->height, eyes->width};
    const mk_image patch = {driver->patch, MK_EYE_SIDE, MK_EYE_SIDE, MK_EYE_SIDE};
    mk_status status = mk_camera_init(&driver->camera, &frame, &patch);
    if (status == MK_OK)
        status = mk_eyes_init(&driver->eyes, eyes);
    if (status == MK_OK)
        status = mk_drowsiness_init(&driver->drowsiness, config->drowsiness);
    driver->mounted = driver->wanted = 0;
    if (status == MK_OK)
        status = mk_driver_reset(driver);
    return status;
}

/* As configured, or as mounted; a calibration that has begun begins again. */
static void settle(mk_driver *driver)
{
    const mk_driver_mount *const mount = &driver->mount;
    mk_eyes_reset(&driver->eyes);
    if (driver->mounted || driver->wanted > 0)
        mk_eyes_expect(&driver->eyes, &mount->place, driver->mounted ? mount->face : 0);
    driver->wanted = driver->wanted > 0 ? MK_DRIVER_CALIBRATION : 0;
}

mk_status mk_driver_remember(mk_driver *driver, const mk_driver_mount *mount)
{
    if (mount) {
        const mk_status status = mk_eyes_expect(&driver->eyes, &mount->place, mount->face);
        if (status != MK_OK)
            return status;
        driver->mount = *mount;
    }
    driver->mounted = mount != 0;
    driver->wanted = 0;
    settle(driver);
    return MK_OK;
}

mk_status mk_driver_calibrate(mk_driver *driver, const mk_eyes_place *place)
{
    const mk_eyes_place at = place ? *place : driver->config->eyes->expected;
    const mk_status status = mk_eyes_expect(&driver->eyes, &at, 0);
    if (status != MK_OK)
        return status;
    driver->mount.place = at;
    driver->mounted = 0;
    driver->wanted = MK_DRIVER_CALIBRATION;
    return MK_OK;
}

static int32_t apart(int32_t a, int32_t b)
{
    return a > b ? a - b : b - a;
}

/* One frame of a calibration: 1 if there are eyes. */
static int learn_mount(mk_driver *driver)
{
    mk_eyes *const eyes = &driver->eyes;
    const mk_image *const frame = &driver->camera.frame;
    const mk_eyes_place at = eyes->expected;
    if (driver->wanted == MK_DRIVER_CALIBRATION) {
        memset(driver->sum, 0, sizeof driver->sum);
        mk_eyes_calibrate(eyes, frame, &at);
    }
    /* by the template of the frame before */
    const int found = mk_eyes_find(eyes, frame, driver->memory.half);
    const mk_eyes_place seen = eyes->place;
    if (!found || apart(seen.x, at.x) + apart(seen.y, at.y) + apart(seen.dx, at.dx) + apart(seen.dy, at.dy) > MOVED) {
        driver->wanted = MK_DRIVER_CALIBRATION;
        return found;
    }
    mk_eyes_calibrate(eyes, frame, &at);
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        driver->sum[i] = (int16_t)(driver->sum[i] + eyes->face[i]);
    if (--driver->wanted > 0)
        return 1;
    for (uint32_t i = 0; i < MK_EYES_CELLS; i++)
        driver->mount.face[i] = (int8_t)(driver->sum[i] / MK_DRIVER_CALIBRATION);
    driver->mounted = 1;
    mk_eyes_expect(eyes, &at, driver->mount.face);
    eyes->found = 1;
    return 1;
}

mk_status mk_driver_reset(mk_driver *driver)
{
    mk_camera_reset(&driver->camera);
    settle(driver);
    mk_drowsiness_reset(&driver->drowsiness);
    driver->alarm = 0;
    if (driver->sink.alarm)
        driver->sink.alarm(driver->sink.context, 0);
    return driver->model->init(driver->memory.arena);
}

/* The network's two outputs for one input. */
static mk_status infer(mk_driver *driver, const int8_t *input, int8_t *scores)
{
    uint8_t *const arena = driver->memory.arena;
    memcpy(arena + driver->model->input->offset, input, MK_EYE_PIXELS);
    const mk_status status = driver->model->invoke(arena);
    memcpy(scores, arena + driver->model->output->offset, 2);
    return status;
}

static uint32_t hash(const int8_t *bytes, uint32_t n)
{
    uint32_t h = 2166136261u;
    for (uint32_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)bytes[i]) * 16777619u;
    return h;
}

static mk_status take_patch(mk_driver *driver)
{
    int8_t scores[2];
    mk_eye_input(driver->patch, driver->config->table, driver->inputs, driver->counts);
    const mk_status status = infer(driver, driver->inputs, scores);
    if (status == MK_OK && driver->sink.scores)
        driver->sink.scores(driver->sink.context, scores, 2);
    return status;
}

/* Both eyes through the network: OPEN or CLOSED. */
static mk_status look(mk_driver *driver, int16_t *features, int8_t *scores, mk_seen *seen)
{
    const mk_eyes_place *const p = &driver->eyes.place;
    /* the larger part of the distance, plus 3/8 of the smaller: within 7 % of the root of both squares */
    const int32_t across = p->dx, down = p->dy < 0 ? -p->dy : p->dy;
    const int32_t distance = 2 * (across > down ? across + 3 * down / 8 : down + 3 * across / 8);
    const int32_t side = (distance * driver->config->view + (1 << 15)) >> 16;
    mk_status status = MK_OK;
    for (int32_t eye = 0; eye < 2 && status == MK_OK; eye++) {
        const int32_t x = eye ? p->x + p->dx : p->x - p->dx, y = eye ? p->y + p->dy : p->y - p->dy;
        int8_t *const input = driver->inputs + eye * MK_EYE_PIXELS;
        mk_image crop;
        features[3 + 2 * eye] = (int16_t)(x >> 4);
        features[4 + 2 * eye] = (int16_t)(y >> 4);
        mk_eye_crop(&driver->camera.frame, (x + 128) >> 8, (y + 128) >> 8, side, &crop);
        mk_eye_resize(&crop, driver->patch);
        mk_eye_input(driver->patch, driver->config->table, input, driver->counts);
        status = infer(driver, input, scores + 2 * eye);
    }
    if (status != MK_OK)
        return status;
    const uint32_t h = hash(driver->inputs, 2 * MK_EYE_PIXELS);
    features[7] = (int16_t)(uint16_t)h;
    features[8] = (int16_t)(uint16_t)(h >> 16);
    if (driver->sink.images)
        driver->sink.images(driver->sink.context, driver->inputs, 2 * MK_EYE_PIXELS);
    *seen = scores[0] + scores[2] > scores[1] + scores[3] ? MK_SEEN_CLOSED : MK_SEEN_OPEN;
    return MK_OK;
}

static mk_status take_frame(mk_driver *driver, mk_trouble trouble)
{
    int16_t features[MK_DRIVER_FEATURES] = {0};
    int8_t scores[4] = {0};
    mk_seen seen = MK_SEEN_NOTHING;
    uint8_t detail = (uint8_t)trouble;
    mk_status status = MK_OK;
    if (trouble == MK_TROUBLE_NONE)
        detail = (uint8_t)mk_camera_health(&driver->camera, driver->counts);
    if (detail == MK_TROUBLE_NONE) {
        const int was_found = driver->eyes.found;
        /* how far the head has sunk counts where the eyes were last seen: half their distance */
        const int down = mk_eyes_drop(&driver->eyes) * 256 > driver->eyes.expected.dx;
        const int found = driver->wanted > 0
                              ? learn_mount(driver)
                              : mk_eyes_find(&driver->eyes, &driver->camera.frame, driver->memory.half);
        if (found) {
            status = look(driver, features, scores, &seen);
        } else {
            seen = MK_SEEN_NO_EYES;
            detail = (uint8_t)(was_found && down);
        }
        features[2] = driver->eyes.correlation;
    }
    features[0] = (int16_t)seen;
    features[1] = detail;
    if (status != MK_OK)
        return status;
    const mk_driver_sink *const sink = &driver->sink;
    if (sink->features)
        sink->features(sink->context, features, MK_DRIVER_FEATURES);
    if (sink->scores)
        sink->scores(sink->context, scores, 4);
    mk_drowsiness *const d = &driver->drowsiness;
    mk_drowsiness_process(d, driver->camera.time, seen, detail);
    for (uint32_t i = 0; i < d->events; i++)
        if (sink->event)
            sink->event(sink->context, &d->event[i]);
    if (d->alarm != driver->alarm && sink->alarm)
        sink->alarm(sink->context, d->alarm);
    driver->alarm = d->alarm;
    return MK_OK;
}

mk_status mk_driver_push(mk_driver *driver, const int16_t *lines, uint32_t count)
{
    const uint32_t width = 1u + driver->camera.frame.width / 2u;
    mk_status status = MK_OK;
    for (uint32_t i = 0; i < count && status == MK_OK; i++, lines += width) {
        switch (mk_camera_push(&driver->camera, lines)) {
        case MK_CAMERA_IS_FRAME:
            status = take_frame(driver, MK_TROUBLE_NONE);
            break;
        case MK_CAMERA_IS_TORN:
            status = take_frame(driver, MK_TROUBLE_TORN);
            break;
        case MK_CAMERA_IS_UNPLUGGED:
            status = take_frame(driver, MK_TROUBLE_UNPLUGGED);
            break;
        case MK_CAMERA_IS_PATCH:
            status = take_patch(driver);
            break;
        case MK_CAMERA_NOTHING:
            break;
        }
    }
    return status;
}
