#include "motekit/post_label.h"

mk_status mk_label_init(mk_label *label, const mk_label_config *config, uint8_t *ring)
{
    if (!label || !config || !ring || !config->on || config->labels == 0 || config->labels == MK_LABEL_UNKNOWN ||
        config->smoothing == 0 || config->smoothing > MK_LABEL_MAX_SMOOTHING || config->patience == 0)
        return MK_ERR_ARG;
    label->config = config;
    label->ring = ring;
    mk_label_reset(label);
    return MK_OK;
}

void mk_label_reset(mk_label *label)
{
    label->window = 0;
    label->next = label->filled = label->bad = 0;
    label->state = MK_LABEL_UNKNOWN;
}

static int change(mk_label *label, uint32_t state, int32_t value, mk_label_event *event)
{
    if (state == label->state)
        return 0;
    label->state = (uint8_t)state;
    *event = (mk_label_event){label->window - 1u, (uint16_t)state, value};
    return 1;
}

int mk_label_process(mk_label *label, const int8_t *scores, mk_quality quality, mk_label_event *event)
{
    const mk_label_config *const config = label->config;
    label->window++;
    if (quality & config->reject) {
        if (label->bad < config->patience)
            label->bad++;
        if (label->bad < config->patience)
            return 0;
        label->next = label->filled = 0;
        return change(label, MK_LABEL_UNKNOWN, quality, event);
    }
    label->bad = 0;
    for (uint32_t i = 0; i < config->labels; i++)
        label->ring[(uint32_t)label->next * config->labels + i] = (uint8_t)(scores[i] + 128);
    label->next = (uint8_t)(label->next + 1u == config->smoothing ? 0u : label->next + 1u);
    label->filled = (uint8_t)(label->filled < config->smoothing ? label->filled + 1u : label->filled);
    uint32_t best = 0, most = 0;
    for (uint32_t i = 0; i < config->labels; i++) {
        uint32_t sum = 0;
        for (uint32_t k = 0; k < label->filled; k++)
            sum += label->ring[k * config->labels + i];
        if (sum > most || i == 0) {
            most = sum;
            best = i;
        }
    }
    const uint32_t probability = most * 256u / label->filled;
    if (config->on[best] == 0 || probability < config->on[best])
        return 0;
    return change(label, best, (int32_t)probability, event);
}
