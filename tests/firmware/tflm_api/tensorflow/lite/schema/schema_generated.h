/* See micro_interpreter.h. */
#ifndef SCHEMA_STAND_IN_H
#define SCHEMA_STAND_IN_H
namespace tflite {
struct Model;
inline const Model *GetModel(const void *buf)
{
    return static_cast<const Model *>(buf);
}
} // namespace tflite
#endif
