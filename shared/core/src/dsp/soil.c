#include "motekit/dsp_soil.h"

#include "motekit/dsp_math.h"

mk_status mk_soil_init(mk_soil *soil, const mk_soil_config *config, float depletion)
{
    if (!soil || !config || !(config->wilting_point >= 0.0f) || !(config->field_capacity > config->wilting_point) ||
        !(config->field_capacity <= 1.0f) || !(config->root_depth > 0.0f && config->root_depth <= 10.0f) ||
        !(config->depletion_share >= 0.1f && config->depletion_share <= 0.9f))
        return MK_ERR_ARG;
    const float total = 1000.0f * (config->field_capacity - config->wilting_point) * config->root_depth;
    if (!(depletion >= 0.0f && depletion <= total))
        return MK_ERR_ARG;
    *soil = (mk_soil){total, config->depletion_share * total, depletion, 1.0f, 0.0f, 0.0f};
    return MK_OK;
}

static float depth(float water, uint32_t *quality)
{
    if (!mk_is_finite(water)) {
        *quality |= MK_QUALITY_NONFINITE;
        return 0.0f;
    }
    if (water < 0.0f) {
        *quality |= MK_QUALITY_RANGE;
        return 0.0f;
    }
    return water;
}

mk_quality mk_soil_day(mk_soil *soil, float rain, float irrigation, float crop_evapotranspiration)
{
    uint32_t quality = 0;
    const float in = depth(rain, &quality) + depth(irrigation, &quality);
    const float wanted = depth(crop_evapotranspiration, &quality);
    soil->stress = soil->depletion > soil->readily
                       ? mk_div(soil->total - soil->depletion, soil->total - soil->readily)
                       : 1.0f;
    soil->evapotranspiration = soil->stress * wanted;
    float depletion = (soil->depletion + soil->evapotranspiration) - in;
    soil->percolation = depletion < 0.0f ? -depletion : 0.0f;
    if (depletion < 0.0f)
        depletion = 0.0f;
    soil->depletion = depletion > soil->total ? soil->total : depletion;
    return (mk_quality)quality;
}

mk_status mk_smooth_init(mk_smooth *smooth, float share)
{
    if (!smooth || !(share > 0.0f && share <= 1.0f))
        return MK_ERR_ARG;
    *smooth = (mk_smooth){share, 0.0f, 0};
    return MK_OK;
}

mk_quality mk_smooth_process(mk_smooth *smooth, const float *in, float *out, uint32_t n)
{
    uint32_t quality = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (!mk_is_finite(in[i])) {
            quality |= MK_QUALITY_NONFINITE | MK_QUALITY_GAP;
        } else if (!smooth->started) {
            smooth->started = 1;
            smooth->value = in[i];
        } else {
            smooth->value += smooth->share * (in[i] - smooth->value);
        }
        out[i] = smooth->value;
    }
    return (mk_quality)(quality | (smooth->started ? 0u : MK_QUALITY_EMPTY));
}
