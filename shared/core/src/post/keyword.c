#include "motekit/post_keyword.h"

/* 480 ln(score + 4): 1/16 of a unit of evidence */
static const int16_t logarithm[256] = {
    665, 773, 860, 934, 998, 1055, 1105, 1151, 1193, 1231, 1267, 1300, 1331, 1360, 1387, 1413,
    1438, 1461, 1484, 1505, 1525, 1545, 1564, 1582, 1599, 1616, 1633, 1648, 1664, 1678, 1693, 1707,
    1720, 1733, 1746, 1759, 1771, 1783, 1794, 1805, 1816, 1827, 1838, 1848, 1858, 1868, 1878, 1887,
    1897, 1906, 1915, 1924, 1932, 1941, 1949, 1957, 1965, 1973, 1981, 1989, 1996, 2004, 2011, 2018,
    2025, 2032, 2039, 2046, 2053, 2059, 2066, 2072, 2079, 2085, 2091, 2097, 2103, 2109, 2115, 2121,
    2127, 2132, 2138, 2144, 2149, 2155, 2160, 2165, 2170, 2176, 2181, 2186, 2191, 2196, 2201, 2206,
    2210, 2215, 2220, 2225, 2229, 2234, 2238, 2243, 2247, 2252, 2256, 2261, 2265, 2269, 2273, 2278,
    2282, 2286, 2290, 2294, 2298, 2302, 2306, 2310, 2314, 2318, 2321, 2325, 2329, 2333, 2336, 2340,
    2344, 2347, 2351, 2355, 2358, 2362, 2365, 2369, 2372, 2375, 2379, 2382, 2386, 2389, 2392, 2395,
    2399, 2402, 2405, 2408, 2411, 2415, 2418, 2421, 2424, 2427, 2430, 2433, 2436, 2439, 2442, 2445,
    2448, 2451, 2454, 2457, 2460, 2462, 2465, 2468, 2471, 2474, 2476, 2479, 2482, 2485, 2487, 2490,
    2493, 2495, 2498, 2501, 2503, 2506, 2508, 2511, 2513, 2516, 2519, 2521, 2524, 2526, 2529, 2531,
    2533, 2536, 2538, 2541, 2543, 2546, 2548, 2550, 2553, 2555, 2557, 2560, 2562, 2564, 2567, 2569,
    2571, 2573, 2576, 2578, 2580, 2582, 2585, 2587, 2589, 2591, 2593, 2595, 2598, 2600, 2602, 2604,
    2606, 2608, 2610, 2612, 2614, 2616, 2619, 2621, 2623, 2625, 2627, 2629, 2631, 2633, 2635, 2637,
    2639, 2641, 2643, 2645, 2646, 2648, 2650, 2652, 2654, 2656, 2658, 2660, 2662, 2664, 2665, 2667,
};

/* Evidence of even odds, in the same unit, and half a unit to round. */
enum { EVEN = 128 << 4, HALF = 8 };

/* Score of everything that is no keyword. */
static uint8_t never(const mk_keyword_config *config, const uint8_t *row)
{
    uint32_t sum = 0;
    if (config->odds)
        for (uint16_t i = 0; i < config->labels; i++)
            if (config->on[i] == 0)
                sum += row[i];
    return (uint8_t)(sum > 255u ? 255u : sum);
}

/* What is smoothed of a label, 0 to 255: |logarithm[a] - logarithm[b]| <= 2002 keeps the difference positive. */
static uint16_t weight(const mk_keyword_config *config, uint8_t score, uint8_t against)
{
    if (!config->odds)
        return score;
    return (uint16_t)((uint32_t)(logarithm[score] - logarithm[against] + EVEN + HALF) >> 4);
}

/* Average of a label's probability over the windows in the ring. */
static uint16_t average(const mk_keyword *keyword, uint16_t label)
{
    uint32_t sum = 0;
    for (uint32_t k = 0; k < keyword->config->smoothing; k++)
        sum += keyword->ring[k * keyword->config->labels + label];
    return (uint16_t)(sum * 256u / keyword->config->smoothing);
}

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
        keyword->sums[i] = (uint16_t)(config->smoothing * weight(config, 0, 0));
        keyword->armed[i] = 1;
    }
    keyword->window = 0;
    keyword->quiet = 0;
    keyword->slot = 0;
}

int mk_keyword_process(mk_keyword *keyword, const int8_t *scores, mk_keyword_event *event)
{
    const mk_keyword_config *const config = keyword->config;
    uint8_t *const row = keyword->ring + (uint32_t)keyword->slot * config->labels;
    uint16_t best = config->labels;
    uint32_t highest = 0;
    const uint8_t before = never(config, row);
    for (uint16_t i = 0; i < config->labels; i++) {
        keyword->sums[i] = (uint16_t)(keyword->sums[i] - weight(config, row[i], before));
        row[i] = (uint8_t)(scores[i] + 128);
    }
    const uint8_t against = never(config, row);
    for (uint16_t i = 0; i < config->labels; i++) {
        keyword->sums[i] = (uint16_t)(keyword->sums[i] + weight(config, row[i], against));
        const uint32_t smoothed = (uint32_t)keyword->sums[i] * 256u / config->smoothing;
        if (smoothed < config->off[i])
            keyword->armed[i] = 1;
        if (config->on[i] != 0 && smoothed > highest) {
            best = i;
            highest = smoothed;
        }
    }
    keyword->slot = (uint8_t)(keyword->slot + 1u == config->smoothing ? 0 : keyword->slot + 1u);
    const uint32_t window = keyword->window++;
    if (keyword->quiet) {
        keyword->quiet--;
        return 0;
    }
    if (best == config->labels || highest < config->on[best] || !keyword->armed[best])
        return 0;
    keyword->armed[best] = 0;
    keyword->quiet = config->refractory;
    *event = (mk_keyword_event){window, best, average(keyword, best)};
    return 1;
}
