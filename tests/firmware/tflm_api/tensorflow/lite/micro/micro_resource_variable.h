/* See micro_interpreter.h. */
#ifndef MICRO_RESOURCE_VARIABLE_STAND_IN_H
#define MICRO_RESOURCE_VARIABLE_STAND_IN_H
#include <tensorflow/lite/micro/micro_allocator.h>
namespace tflite {
class MicroResourceVariables {
public:
    static MicroResourceVariables *Create(MicroAllocator *allocator, int num_variables);
};
} // namespace tflite
#endif
