#include "motekit/post_activity.h"

#include "motekit/dsp_math.h"

mk_status mk_activity_init(mk_activity *activity, const mk_activity_config *config)
{
    if (!activity || !config || !config->weight || config->labels < 2 || config->labels > MK_ACTIVITY_MOST_LABELS ||
        !(config->change > 0.0f && config->change < 1.0f) || !(config->certain >= 0.0f && config->certain <= 1.0f))
        return MK_ERR_ARG;
    for (uint32_t i = 0; i < 256u; i++)
        if (!(config->weight[i] >= 1e-6f && config->weight[i] <= 1.0f))
            return MK_ERR_ARG;
    activity->config = *config;
    mk_activity_reset(activity);
    return MK_OK;
}

void mk_activity_reset(mk_activity *activity)
{
    for (uint32_t i = 0; i < activity->config.labels; i++)
        activity->belief[i] = mk_div(1.0f, (float)activity->config.labels);
    activity->label = MK_ACTIVITY_UNKNOWN;
}

mk_activity_decision mk_activity_process(mk_activity *activity, const int8_t *scores)
{
    const mk_activity_config *const config = &activity->config;
    float *const belief = activity->belief;
    const float others = mk_div(config->change, (float)(config->labels - 1u));
    float total = 0.0f;
    for (uint32_t i = 0; i < config->labels; i++) {
        belief[i] = (1.0f - config->change) * belief[i] + others * (1.0f - belief[i]);
        if (scores)
            belief[i] *= config->weight[scores[i] + 128];
        total += belief[i];
    }
    uint8_t best = 0;
    for (uint32_t i = 0; i < config->labels; i++) {
        belief[i] = mk_div(belief[i], total);
        if (belief[i] > belief[best])
            best = (uint8_t)i;
    }
    const uint8_t changed = best != activity->label && belief[best] >= config->certain;
    if (changed)
        activity->label = best;
    const float in_label = activity->label == MK_ACTIVITY_UNKNOWN ? 0.0f : belief[activity->label];
    return (mk_activity_decision){in_label, activity->label, changed, best};
}
