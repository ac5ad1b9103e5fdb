/* The feature blocks as the bench runs them: one case a block, on signals of CASE_LENGTH samples. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include <stdint.h>

#include "motekit/status.h"

#define CASE_LENGTH 1000u
#define CASE_SIGNALS 8u
#define CASE_WORDS 8192u

typedef struct {
    const char *name;              /* at most 27 characters */
    uint32_t scratch;              /* bytes of state and scratch the caller of the block provides */
    mk_status (*prepare)(void);    /* init: not counted; 0 if there is nothing to do */
    uint32_t (*run)(const float *x); /* counted; x float[CASE_LENGTH]; returns how many words of case_out it wrote */
} bench_case;

/* Output and memory that the cases share, one running at a time. */
extern const float *case_signal; /* the one that run is about to get */
extern float case_out[CASE_WORDS], case_memory[CASE_WORDS];

/* Quality flags are output too. */
static inline uint32_t with_quality(uint32_t words, uint32_t quality)
{
    case_out[words] = (float)quality;
    return words + 1u;
}

extern const bench_case *const case_groups[];
extern const uint32_t case_group_count;

#endif
