/* See micro_interpreter.h. */
#ifndef MICRO_ALLOCATOR_STAND_IN_H
#define MICRO_ALLOCATOR_STAND_IN_H
#include <stddef.h>
#include <stdint.h>
namespace tflite {
class MicroAllocator {
public:
    static MicroAllocator *Create(uint8_t *tensor_arena, size_t arena_size);
};
} // namespace tflite
#endif
