#include "cases.h"
#include "motekit/dsp_resample.h"
#include "motekit/dsp_sos.h"
#include "tables.h"

static mk_sos sos;

static mk_status prepare_sos(void)
{
    return mk_sos_init(&sos, sos_coefficients, 4, case_memory);
}

static uint32_t run_sos(const float *x)
{
    mk_sos_process(&sos, x, case_out, CASE_LENGTH);
    return CASE_LENGTH;
}

static const mk_resample_config resample_config = {resample_phases, RESAMPLE_UP, RESAMPLE_DOWN, RESAMPLE_TAPS};
static mk_resample resample;

static mk_status prepare_resample(void)
{
    return mk_resample_init(&resample, &resample_config, case_memory);
}

static uint32_t run_resample(const float *x)
{
    return mk_resample_process(&resample, x, CASE_LENGTH, case_out);
}

const bench_case conditioning_cases[] = {
    {"sos_4x1000", MK_SOS_STATE(4) * 4, prepare_sos, run_sos},
    {"resample_125_to_50", RESAMPLE_TAPS * 4, prepare_resample, run_resample},
    {0, 0, 0, 0},
};
