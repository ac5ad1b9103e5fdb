/* A compiled model as everyone else sees it.
 *
 * `motekit compile` writes <name>_model.c, which defines one `const mk_nn_model`. There is no
 * interpreter: invoke is straight-line C that calls the kernels of this library. All memory is
 * one arena of arena_bytes, the caller's, aligned to MK_ARENA_ALIGN; inputs and outputs lie in it
 * at the offsets of `input` and `output`.
 *
 * Between two calls of invoke the arena may be used for anything else, unless the model has
 * state_bytes > 0: then the last state_bytes of it are the model's and must be left alone.
 * Inputs are overwritten by invoke; outputs stay valid until the next write to the arena.
 */
#ifndef MOTEKIT_NN_H
#define MOTEKIT_NN_H

#include <stdint.h>

#include "motekit/flash.h"
#include "motekit/status.h"

#define MK_NN_SCHEMA 1u
#define MK_ARENA_ALIGN 16u

typedef enum { MK_INT8 = 0, MK_INT16 = 1, MK_INT32 = 2, MK_FLOAT32 = 3, MK_BOOL = 4 } mk_dtype;

/* real = scale * (stored - zero_point); scale is 0 for tensors that are not quantized */
typedef struct {
    const MK_FLASH char *name;
    mk_dtype dtype;
    uint8_t rank;
    const MK_FLASH int32_t *dims;
    float scale;
    int32_t zero_point;
    uint32_t bytes;
    uint32_t offset; /* from the start of the arena */
} mk_tensor_info;

typedef struct {
    uint32_t schema; /* MK_NN_SCHEMA of the compiler that wrote it */
    const MK_FLASH char *name;
    uint64_t feature_hash; /* of the feature configuration it was trained on; 0: none */
    uint32_t arena_bytes;
    uint8_t inputs, outputs;
    const MK_FLASH mk_tensor_info *input, *output;
    const MK_FLASH char *const MK_FLASH *labels;
    uint16_t label_count;
    mk_status (*init)(void *arena); /* clears the state (resource variables); call it once before invoke */
    mk_status (*invoke)(void *arena);
    uint32_t state_bytes;
} mk_nn_model;

#endif
