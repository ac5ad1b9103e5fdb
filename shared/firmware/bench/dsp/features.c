#include "cases.h"
#include "motekit/dsp_features.h"
#include "app_features.h"

static mk_status prepare(void)
{
    mk_features_reset(&app_features, case_memory);
    return app_features.scratch <= CASE_WORDS ? mk_features_check(&app_features) : MK_ERR_SIZE;
}

static uint32_t run(const float *x)
{
    uint32_t width = 0;
    for (uint32_t i = 0; i < app_features.count; i++)
        width += app_features.features[i].width;
    return with_quality(width, mk_features_process(&app_features, x, case_out, case_memory));
}

const bench_case features_cases[] = {
    {"features_3x125", FEATURES_SCRATCH, prepare, run},
    {0, 0, 0, 0},
};
