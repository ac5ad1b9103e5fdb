#include "motekit/dsp_eye_crop.h"

static int32_t between(int32_t value, int32_t most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

void mk_eye_crop(const mk_image *frame, int32_t x, int32_t y, int32_t side, mk_image *out)
{
    const int32_t width = frame->width, height = frame->height;
    side = between(side - 4, (width < height ? width : height) - 4) + 4;
    const int32_t left = between(x - side / 2, width - side), top = between(y - side / 2, height - side);
    *out = (mk_image){frame->pixels + top * frame->stride + left, (uint16_t)side, (uint16_t)side, frame->stride};
}

void mk_eye_resize(const mk_image *in, uint8_t *out)
{
    const mk_image patch = {out, MK_EYE_SIDE, MK_EYE_SIDE, MK_EYE_SIDE};
    if (in->width >= MK_EYE_SIDE && in->height >= MK_EYE_SIDE)
        mk_image_area(in, &patch);
    else
        mk_image_bilinear(in, &patch);
}

mk_quality mk_eye_input(uint8_t *patch, const int8_t *table, int8_t *input, uint32_t *counts)
{
    const mk_image in = {patch, MK_EYE_SIDE, MK_EYE_SIDE, MK_EYE_SIDE};
    const mk_quality quality = mk_image_equalise(&in, &in, counts);
    for (uint32_t i = 0; i < MK_EYE_PIXELS; i++)
        input[i] = table[patch[i]];
    return quality;
}
