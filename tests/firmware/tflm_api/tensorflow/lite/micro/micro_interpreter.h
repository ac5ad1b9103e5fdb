/* The part of TensorFlow Lite Micro that motekit's glue uses, with the real signatures. Written by the project; its
 * interpreter knows one network: each output byte is the exclusive or of 0x5A and the input's byte in its place. */
#ifndef MICRO_INTERPRETER_STAND_IN_H
#define MICRO_INTERPRETER_STAND_IN_H
#include <stddef.h>
#include <stdint.h>

#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/micro/micro_resource_variable.h>
#include <tensorflow/lite/schema/schema_generated.h>

typedef union TfLitePtrUnion {
    int32_t *i32;
    char *raw;
    int8_t *int8;
} TfLitePtrUnion;

typedef struct TfLiteTensor {
    TfLitePtrUnion data;
} TfLiteTensor;

namespace tflite {

class MicroProfilerInterface;

class MicroInterpreter {
public:
    MicroInterpreter(const Model *, const MicroOpResolver &, uint8_t *tensor_arena, size_t tensor_arena_size,
                     MicroResourceVariables * = nullptr, MicroProfilerInterface * = nullptr, bool = false)
        : arena_(tensor_arena), size_(tensor_arena_size)
    {
    }
    MicroInterpreter(const Model *, const MicroOpResolver &, MicroAllocator *, MicroResourceVariables * = nullptr,
                     MicroProfilerInterface * = nullptr)
        : arena_(nullptr), size_(0)
    {
    }
    TfLiteStatus AllocateTensors()
    {
        if (size_ < 2 * BYTES)
            return kTfLiteError;
        in_.data.raw = reinterpret_cast<char *>(arena_);
        out_.data.raw = reinterpret_cast<char *>(arena_ + size_ - BYTES);
        return kTfLiteOk;
    }
    TfLiteStatus Invoke()
    {
        for (size_t i = 0; i < BYTES; i++)
            out_.data.raw[i] = static_cast<char>(in_.data.raw[i] ^ 0x5A);
        return kTfLiteOk;
    }
    TfLiteStatus Reset() { return kTfLiteOk; }
    TfLiteTensor *input(size_t) { return &in_; }
    TfLiteTensor *output(size_t) { return &out_; }

private:
    enum { BYTES = 64 };
    uint8_t *arena_;
    size_t size_;
    TfLiteTensor in_, out_;
};

} // namespace tflite
#endif
