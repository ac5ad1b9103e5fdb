"""Writes the C++ by which a board's firmware runs a network in TensorFlow Lite Micro.

<name>_model.h, <name>_model.cpp   a `const mk_nn_model`, as motekit's own compiler writes one: no app sees a difference

The library is the board's (`[tflm]` of platformio.ini); nothing of it is copied.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tflite

from ..codegen import c
from ..compiler.host import TensorInfo, tensor_info
from ..compiler.reader import read_bytes, read_tflite
from ..errors import ModelError
from ..files import write_if_changed
from .host import arena_bytes, offsets

#: operators whose method of the resolver is not called after them by rule
_NAMES = {
    "SVDF": "Svdf",
    "PADV2": "PadV2",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTM",
    "BATCH_MATMUL": "BatchMatMul",
    "CUMSUM": "CumSum",
}
_DTYPES = {"int8": "MK_INT8", "int16": "MK_INT16", "int32": "MK_INT32", "float32": "MK_FLOAT32", "bool": "MK_BOOL"}


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    inputs, outputs : list of TensorInfo
        Of the network.
    arena_bytes : int
        Room for inputs and outputs, the caller's.
    interpreter_bytes : int
        Memory of the interpreter, the library's.
    operators : tuple of str
        What the model is made of.
    """

    inputs: list[TensorInfo]
    outputs: list[TensorInfo]
    arena_bytes: int
    interpreter_bytes: int
    operators: tuple[str, ...]


def method_of(operator: str) -> str:
    """The resolver's method that adds an operator.

    Raises
    ------
    ModelError
        If it is a custom operator, whose kernel only its author has.
    """
    if (not operator.isupper() and not operator.replace("_", "").isalnum()) or " " in operator:
        raise ModelError(f"TensorFlow Lite Micro has no kernel for {operator}. Replace it by a builtin operator.")
    known = _NAMES.get(operator)
    # CONV_2D is Conv2D, SPACE_TO_BATCH_ND is SpaceToBatchNd
    words = [word if word in ("2D", "3D") else word.capitalize() for word in operator.split("_")]
    return f"Add{known or ''.join(words)}"


def write(
    model: bytes | str | Path, out_dir: Path, *, name: str, feature_hash: int = 0, labels: Sequence[str] = ()
) -> Written:
    """Write the C++ of a model.

    Parameters
    ----------
    model : bytes or path
        A .tflite file.
    out_dir : Path
        Folder to fill; files whose content would not change are left alone.
    name, feature_hash, labels
        As in `motekit.compiler.compile_model`.

    Raises
    ------
    ModelError
        If the file is damaged or TensorFlow Lite Micro cannot run it.
    """
    data = read_bytes(model)
    graph = read_tflite(data)
    inputs = [tensor_info(graph.tensors[number]) for number in graph.inputs]
    outputs = [tensor_info(graph.tensors[number]) for number in graph.outputs]
    at, staging = offsets(inputs, outputs)
    operators, handles = _operators(data)
    written = Written(inputs, outputs, staging, arena_bytes(data), operators)
    write_if_changed(out_dir / f"{name}_model.h", _header(name, feature_hash, labels, staging))
    text = _source(name, feature_hash, labels, data, written, at, handles)
    write_if_changed(out_dir / f"{name}_model.cpp", text)
    return written


def _operators(data: bytes) -> tuple[tuple[str, ...], int]:
    """Names of all operators of a file, in whichever subgraph, and how many handles of variables it has."""
    model = tflite.Model.GetRootAs(data, 0)
    names = {number: name for name, number in vars(tflite.BuiltinOperator).items() if not name.startswith("_")}
    codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
    named = []
    for code in codes:
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        custom = (code.CustomCode() or b"").decode("utf-8", "replace")
        is_custom = number == tflite.BuiltinOperator.CUSTOM
        named.append(f"custom operator {custom}" if is_custom else names.get(number, f"operator number {number}"))
    handles = 0
    for i in range(model.SubgraphsLength()):
        graph = model.Subgraphs(i)
        used = [graph.Operators(j).OpcodeIndex() for j in range(graph.OperatorsLength())]
        handles += sum(named[number] == "VAR_HANDLE" for number in used)
    return tuple(sorted(set(named))), handles


def _header(name: str, feature_hash: int, labels: Sequence[str], staging: int) -> str:
    macro = f"MK_MODEL_{name.upper()}"
    return f"""/* Neural network {name} in TensorFlow Lite Micro, written by motekit; do not edit. */
#ifndef {macro}_H
#define {macro}_H

#include "motekit/nn.h"

#define {macro}_ARENA {staging}u
#define {macro}_FEATURE_HASH UINT64_C(0x{feature_hash:016x})
#define {macro}_LABELS {len(labels)}u

#ifdef __cplusplus
extern "C"
#else
extern
#endif
const MK_FLASH mk_nn_model mk_model_{name};

#endif
"""


def _source(
    name: str, feature_hash: int, labels: Sequence[str], data: bytes, written: Written, at: list[int], handles: int
) -> str:
    tensors = [*written.inputs, *written.outputs]
    dims = "".join(
        f"const int32_t dims{i}[] = {{{', '.join(map(str, info.shape)) or '1'}}};\n" for i, info in enumerate(tensors)
    )
    rows = [
        f"    {{{c.string(info.name)}, {_DTYPES[info.dtype]}, {len(info.shape)}, dims{i}, "
        f"{c.literal(np.float32(info.scale))}, {info.zero_point}, {info.bytes}, {at[i]}}},\n"
        for i, info in enumerate(tensors)
    ]
    count = len(written.inputs)
    texts = "".join(f"    {c.string(label)},\n" for label in labels) or "    nullptr,\n"
    adds = " ||\n            ".join(f"operators.{method_of(op)}() != kTfLiteOk" for op in written.operators)
    with_variables = f"""tflite::MicroAllocator *const allocator =
        tflite::MicroAllocator::Create(memory, sizeof memory);
        static tflite::MicroInterpreter made(
            tflite::GetModel(file), operators, allocator,
            tflite::MicroResourceVariables::Create(allocator, {handles}));"""
    plain = "static tflite::MicroInterpreter made(tflite::GetModel(file), operators, memory, sizeof memory);"
    return f"""/* Neural network {name} in TensorFlow Lite Micro, written by motekit; do not edit.
 *
 *   operators: {", ".join(written.operators)}
 *   memory   {written.interpreter_bytes} bytes of the interpreter, and {written.arena_bytes} of the caller's
 */
#include "{name}_model.h"

#include <string.h>

#include <tensorflow/lite/micro/micro_allocator.h>
#include <tensorflow/lite/micro/micro_interpreter.h>
#include <tensorflow/lite/micro/micro_mutable_op_resolver.h>
#include <tensorflow/lite/micro/micro_resource_variable.h>
#include <tensorflow/lite/schema/schema_generated.h>

namespace {{

alignas(16) {c.array("file", np.frombuffer(data, np.uint8), "const")}
alignas(16) uint8_t memory[{written.interpreter_bytes}];
tflite::MicroInterpreter *interpreter;

{dims}const mk_tensor_info input[] = {{
{"".join(rows[:count])}}};
const mk_tensor_info output[] = {{
{"".join(rows[count:])}}};
const char *const labels[] = {{
{texts}}};

mk_status init(void *arena)
{{
    if (!arena)
        return MK_ERR_ARG;
    if (interpreter)
        return interpreter->Reset() == kTfLiteOk ? MK_OK : MK_ERR_STATE;
    static tflite::MicroMutableOpResolver<{len(written.operators)}> operators;
    static bool tried;
    if (tried)
        return MK_ERR_STATE;
    tried = true;
    if ({adds})
        return MK_ERR_FORMAT;
    {with_variables if handles else plain}
    if (made.AllocateTensors() != kTfLiteOk)
        return MK_ERR_SIZE;
    interpreter = &made;
    return MK_OK;
}}

mk_status invoke(void *arena)
{{
    uint8_t *const bytes = static_cast<uint8_t *>(arena);
    if (!interpreter)
        return MK_ERR_STATE;
    for (size_t i = 0; i < {count}; i++)
        memcpy(interpreter->input(i)->data.raw, bytes + input[i].offset, input[i].bytes);
    if (interpreter->Invoke() != kTfLiteOk)
        return MK_ERR_STATE;
    for (size_t i = 0; i < {len(tensors) - count}; i++)
        memcpy(bytes + output[i].offset, interpreter->output(i)->data.raw, output[i].bytes);
    return MK_OK;
}}

}} // namespace

const mk_nn_model mk_model_{name} = {{
    MK_NN_SCHEMA, {c.string(name)}, UINT64_C(0x{feature_hash:016x}), {written.arena_bytes},
    {count}, {len(tensors) - count}, input, output, labels, {len(labels)}, init, invoke, 0}};
"""
