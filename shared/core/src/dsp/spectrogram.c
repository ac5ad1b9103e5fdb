#include "motekit/dsp_spectrogram.h"

#include "motekit/dsp_math.h"

static uint32_t bins_of(const mk_spectrogram *s)
{
    return s->spectrum->config->fft.length / 2u + 1u;
}

mk_status mk_spectrogram_init(mk_spectrogram *s, mk_frame *frame, const mk_spectrum *spectrum, float *sum)
{
    if (!s || !frame || !spectrum || !sum || frame->config->channels != 1 ||
        frame->config->length != spectrum->config->frame_length)
        return MK_ERR_ARG;
    *s = (mk_spectrogram){frame, spectrum, sum, 0};
    mk_spectrogram_reset(s);
    return MK_OK;
}

void mk_spectrogram_reset(mk_spectrogram *s)
{
    mk_frame_reset(s->frame);
    s->rows = 0;
    for (uint32_t k = 0; k < bins_of(s); k++)
        s->sum[k] = 0.0f;
}

int mk_spectrogram_next(mk_spectrogram *s, const float **samples, uint32_t *count, float *row, mk_quality *quality)
{
    if (!mk_frame_next(s->frame, samples, count, quality))
        return 0;
    *quality = (mk_quality)(*quality | mk_spectrum_process(s->spectrum, s->frame->memory, row));
    if (*quality & MK_QUALITY_NONFINITE)
        return 1;
    for (uint32_t k = 0; k < bins_of(s); k++)
        s->sum[k] += row[k];
    s->rows++;
    return 1;
}

mk_quality mk_spectrogram_mean(const mk_spectrogram *s, float *mean)
{
    for (uint32_t k = 0; k < bins_of(s); k++)
        mean[k] = s->rows ? mk_div(s->sum[k], (float)s->rows) : 0.0f;
    return (mk_quality)(s->rows ? 0u : MK_QUALITY_EMPTY);
}
