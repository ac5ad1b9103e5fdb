#include "motekit/post_keyword.h"

mk_status mk_keyword_init(mk_keyword *keyword, const mk_keyword_config *config, uint8_t *ring, uint16_t *sums,
                          uint8_t *armed)
{
    if (!keyword || !config || !ring || !sums || !armed || !config->on || !config->off || config->labels == 0 ||
        config->smoothing == 0 || config->smoothing > MK_KEYWORD_MAX_SMOOTHING)
        return MK_ERR_ARG;
    for (uint16_t i = 0; i < config->labels; i++)
        if (config->off[i] > config->on[i])
            return MK_ERR_ARG;
    keyword->config = config;
    keyword->ring = ring;
    keyword->sums = sums;
    keyword->armed = armed;
    mk_keyword_reset(keyword);
    return MK_OK;
}

void mk_keyword_reset(mk_keyword *keyword)
{
    const mk_keyword_config *const config = keyword->config;
    for (uint32_t i = 0; i < (uint32_t)config->labels * config->smoothing; i++)
        keyword->ring[i] = 0;
    for (uint16_t i = 0; i < config->labels; i++) {
        keyword->sums[i] = 0;
        keyword->armed[i] = 1;
    }
    keyword->window = 0;
    keyword->quiet = 0;
    keyword->slot = 0;
}

int mk_keyword_process(mk_keyword *keyword, const int8_t *scores, mk_keyword_event *event)
{
    const mk_keyword_config *const config = keyword->config;
    uint8_t *const oldest = keyword->ring + (uint32_t)keyword->slot * config->labels;
    uint16_t best = config->labels;
    uint32_t best_probability = 0;
    for (uint16_t i = 0; i < config->labels; i++) {
        const uint8_t score = (uint8_t)(scores[i] + 128);
        keyword->sums[i] = (uint16_t)(keyword->sums[i] + score - oldest[i]);
        oldest[i] = score;
        const uint32_t probability = (uint32_t)keyword->sums[i] * 256u / config->smoothing;
        if (probability < config->off[i])
            keyword->armed[i] = 1;
        if (config->on[i] != 0 && probability > best_probability) {
            best = i;
            best_probability = probability;
        }
    }
    keyword->slot = (uint8_t)(keyword->slot + 1u == config->smoothing ? 0 : keyword->slot + 1u);
    const uint32_t window = keyword->window++;
    if (keyword->quiet) {
        keyword->quiet--;
        return 0;
    }
    if (best == config->labels || best_probability < config->on[best] || !keyword->armed[best])
        return 0;
    keyword->armed[best] = 0;
    keyword->quiet = config->refractory;
    *event = (mk_keyword_event){window, best, (uint16_t)best_probability};
    return 1;
}
