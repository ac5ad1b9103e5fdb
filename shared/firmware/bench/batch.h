/* The models of a batch; the table is generated. -DBATCH_ARENA=<bytes of the largest arena>. */
#ifndef BENCH_BATCH_H
#define BENCH_BATCH_H

#include "motekit/nn.h"

extern const mk_nn_model *const batch_models[];
extern const uint32_t batch_count, batch_trials;

#endif
