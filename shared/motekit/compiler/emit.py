"""Writes a planned network as C99."""

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ConfigError, ModelError
from .fold import Item
from .ir import Graph, Tensor
from .kernels import Array, Struct
from .plan import Plan

_DTYPE_C = {"int8": "int8_t", "int16": "int16_t", "int32": "int32_t", "int64": "int64_t", "float32": "float",
            "bool": "uint8_t"}  # fmt: skip
_DTYPE_ENUM = {
    "int8": "MK_INT8",
    "int16": "MK_INT16",
    "int32": "MK_INT32",
    "float32": "MK_FLOAT32",
    "bool": "MK_BOOL",
}
_LINE = 100


def identifier(name: str) -> str:
    """`name` if it can be part of a C name.

    Raises
    ------
    ConfigError
        If it cannot.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,62}", name):
        raise ConfigError(f"{name!r} cannot be a C name. Use letters, digits and _, a letter first.")
    return name


def c_string(text: str) -> str:
    """A C string literal of any text, in pure ASCII."""
    out = []
    for byte in text.encode():
        if byte in b'"\\':
            out.append("\\" + chr(byte))
        elif 32 <= byte < 127 and byte != ord("?"):
            out.append(chr(byte))
        else:
            out.append(f"\\{byte:03o}")
    return '"' + "".join(out) + '"'


def c_float(value: float) -> str:
    """A float literal that reads back as the same float32."""
    exact = float(np.float32(value)).hex()
    return f"{exact}f"


@dataclass
class Code:
    """The generated text and what it weighs."""

    header: str
    source: str
    #: kernel sources of shared/core/src/nn
    sources: tuple[str, ...]
    #: headers of shared/core/include
    headers: tuple[str, ...]
    #: bytes of constants by kind: weights, bias, requantization, table
    constants: dict[str, int] = field(default_factory=dict)


#: structures of which there is one a row
_ROW_BYTES = {"mk_channel": 12, "mk_wide_channel": 16}
_ITEM_BYTES = {"int8_t": 1, "uint8_t": 1, "int16_t": 2, "uint16_t": 2, "int32_t": 4, "uint32_t": 4, "int64_t": 8,
               "float": 4, **_ROW_BYTES}  # fmt: skip


class _Writer:
    def __init__(self, graph: Graph, plan: Plan) -> None:
        self.graph = graph
        self.plan = plan
        self.definitions: list[str] = []
        self.arrays: dict[tuple[str, str, int, bytes, tuple[int, ...]], str] = {}
        self.structs: dict[tuple[str, str], str] = {}
        self.constants: dict[str, int] = {}

    def array(self, array: Array, name: str, place: str = "MK_FLASH ") -> str:
        """Define a constant array, or find an equal one."""
        values = np.ascontiguousarray(array.values)
        key = (place, array.ctype, array.align, values.tobytes(), values.shape if values.ndim > 1 else (values.size,))
        if array.ctype in _ITEM_BYTES and key in self.arrays:
            return self.arrays[key]
        self.arrays[key] = name
        rows = values.shape[0] if array.ctype in _ROW_BYTES else values.size
        self.constants[array.kind] = self.constants.get(array.kind, 0) + rows * _ITEM_BYTES[array.ctype]
        align = f" MK_ALIGNED({array.align})" if array.align else ""
        if array.ctype in _ROW_BYTES:
            body = ",\n    ".join("{" + ", ".join(c_int(v) for v in row) + "}" for row in values.tolist())
        elif array.ctype == "float":
            body = _wrapped(c_float(v) for v in values.ravel().tolist())
        else:
            body = _wrapped(c_int(v) for v in values.ravel().tolist())
        self.definitions.append(f"static const {place}{array.ctype} {name}[{rows}]{align} = {{\n    {body}}};\n")
        return name

    def value(self, value: Any, name: str) -> str:
        """A C initialiser."""
        if isinstance(value, Array):
            return self.array(value, name)
        if isinstance(value, Struct):
            return "&" + self.struct(value, name)
        if isinstance(value, dict):
            return "{" + ", ".join(f".{k} = {self.value(v, f'{name}_{k}')}" for k, v in value.items()) + "}"
        if isinstance(value, list | tuple):
            return "{" + ", ".join(self.value(v, f"{name}_{i}") for i, v in enumerate(value)) + "}"
        if isinstance(value, float | np.floating):
            return c_float(float(value))
        if isinstance(value, str):
            return value
        return c_int(int(value))

    def struct(self, struct: Struct, name: str) -> str:
        """Define a constant structure."""
        fields = [f".{key} = {self.value(value, f'{name}_{key}')}" for key, value in struct.fields.items()]
        lines = _wrapped(iter(fields))
        if (struct.ctype, lines) in self.structs:
            return self.structs[struct.ctype, lines]
        self.structs[struct.ctype, lines] = name
        self.definitions.append(f"static const MK_FLASH {struct.ctype} {name} = {{\n    {lines}}};\n")
        return name

    def operand(self, number: int, *, const: bool, bits: int, stride: int = 0) -> str:
        """An argument: a pointer into the arena, `stride` bytes further in each strip, or to a constant."""
        tensor = self.graph.tensors[number]
        ctype = f"int{bits}_t" if bits else _DTYPE_C[tensor.dtype]
        if tensor.data is not None:
            values = np.ascontiguousarray(tensor.data)
            if bits:
                values = values.view(f"int{bits}")
            # kernels read their operands where activations lie
            return self.array(Array(ctype, values.ravel(), kind="weights"), f"constant_{number}", place="")
        offset = self.plan.offset(number)
        place = f"arena + {offset}" if offset else "arena"
        place += f" + strip * {stride}u" if stride else ""
        qualifier = "const " if const else ""
        return f"({qualifier}{ctype} *)({place})"

    def calls(self, items: list[Item]) -> list[str]:
        """The body of invoke."""
        lines, listed = [], 0
        for item in items:
            indent = "    "
            if item.count > 1:
                lines.append(f"    for (uint32_t strip = 0; strip < {item.count}u; strip++) {{\n")
                indent = "        "
            for place, i in enumerate(item.steps):
                strides = item.strides[place] if item.strides else ()
                lines.append(f"{indent}{self.call(i, strides)}\n{indent}MK_NN_STEP({listed}, arena)\n")
                listed += 1
            if item.count > 1:
                lines.append("    }\n")
        return lines

    def call(self, i: int, strides: tuple[int, ...]) -> str:
        """One kernel call."""
        kernel = self.plan.steps[i].kernel
        arguments = []
        if kernel.config is not None:
            arguments.append("&" + self.struct(kernel.config, f"step{i}"))
        arguments += [self.value(extra, f"step{i}_extra{j}") for j, extra in enumerate(kernel.extra)]
        operands = [(number, True) for number in kernel.inputs] + [(number, False) for number in kernel.outputs]
        moves = strides or (0,) * len(operands)
        for (number, const), stride in zip(operands, moves, strict=True):
            arguments.append(self.operand(number, const=const, bits=kernel.pointer, stride=stride))
        if kernel.scratch:
            offset = self.plan.of_scratch[i].offset
            arguments.append(f"arena + {offset}" if offset else "arena")
        return f"{kernel.function}({', '.join(arguments)});"


def c_int(value: int) -> str:
    """An integer literal of any width."""
    if value == -(2**63):
        return "INT64_MIN"
    if value == -(2**31):
        return "INT32_MIN"
    if not -(2**31) <= value < 2**31:
        return f"INT64_C({value})"
    return str(value)


def _wrapped(items: Any) -> str:
    lines, line = [], ""
    for item in items:
        if line and len(line) + len(item) + 2 > _LINE:
            lines.append(line)
            line = ""
        line += ("" if not line else " ") + item + ","
    lines.append(line.removesuffix(","))
    return "\n    ".join(lines)


def _tensor_info(writer: _Writer, numbers: list[int], kind: str) -> str:
    dims, rows = [], []
    for i, number in enumerate(numbers):
        tensor = writer.graph.tensors[number]
        if tensor.dtype not in _DTYPE_ENUM:
            raise ModelError(f"{kind} {tensor.name!r} is {tensor.dtype}. Convert the model with int8 or float edges.")
        shape = tensor.shape or (1,)
        dims.append(f"static const MK_FLASH char {kind}{i}_name[] = {c_string(tensor.name)};\n")
        dims.append(f"static const MK_FLASH int32_t {kind}{i}_dims[] = {{{', '.join(map(str, shape))}}};\n")
        rows.append(_info_row(writer, tensor, number, f"{kind}{i}"))
    return "".join(dims) + f"static const MK_FLASH mk_tensor_info {kind}s[] = {{\n    " + ",\n    ".join(rows) + "};\n"


def _info_row(writer: _Writer, tensor: Tensor, number: int, prefix: str) -> str:
    quantized = tensor.quantization
    scale = c_float(float(tensor.scale)) if quantized is not None else "0.0f"
    zero = tensor.zero_point if quantized is not None else 0
    return (
        f"{{{prefix}_name, {_DTYPE_ENUM[tensor.dtype]}, {len(tensor.shape)}, {prefix}_dims, {scale}, {zero}, "
        f"{tensor.bytes}, {writer.plan.offset(number)}}}"
    )


def describe_tensor(tensor: Tensor) -> str:
    """One line for the comment of the header."""
    text = f"{tensor.dtype}[{', '.join(map(str, tensor.shape)) or 1}]"
    if tensor.quantization is not None:
        text += f", real = {float(tensor.scale):.9g} * (stored - {tensor.zero_point})"
    return text


def emit(
    graph: Graph,
    plan: Plan,
    items: list[Item],
    *,
    name: str,
    feature_hash: int,
    labels: tuple[str, ...],
    provenance: str,
) -> Code:
    """Write <name>_model.h and <name>_model.c.

    Parameters
    ----------
    graph, plan : Graph, Plan
        The network and its memory.
    items : list of Item
        The plan's steps, folded.
    name : str
        Part of C names.
    feature_hash : int
        Of the feature configuration, 64 bits; 0 for none.
    labels : tuple of str
        Names of the classes, may be empty.
    provenance : str
        One line: where the model came from.

    Returns
    -------
    Code
        Texts and sizes.
    """
    identifier(name)
    writer = _Writer(graph, plan)
    body = writer.calls(items)
    infos = _tensor_info(writer, graph.inputs, "input") + _tensor_info(writer, graph.outputs, "output")
    headers = sorted({"motekit/nn.h", *(step.kernel.header for step in plan.steps)})
    sources = tuple(sorted({source for step in plan.steps for source in step.kernel.sources}))
    macro = f"MK_MODEL_{name.upper()}"
    init = _init(writer)
    if "mk_load(" in init:
        headers, sources = sorted({*headers, "motekit/nn_data.h"}), tuple(sorted({*sources, "load.c"}))
    source = "".join(
        [
            f"/* Written by motekit compile; do not edit. {provenance} */\n",
            f'#include "{name}_model.h"\n\n',
            *(f'#include "{header}"\n' for header in headers),
            "#include <string.h>\n" if "memset(" in init else "",
            _PREAMBLE,
            "\n".join(writer.definitions),
            "\n" if writer.definitions else "",
            f"static const MK_FLASH char name[] = {c_string(name)};\n",
            infos,
            _labels(labels),
            init,
            "\nstatic mk_status invoke(void *memory)\n{\n    uint8_t *const arena = memory;\n",
            "    if (!arena)\n        return MK_ERR_ARG;\n",
            *body,
            "    return MK_OK;\n}\n\n",
            f"const MK_FLASH mk_nn_model mk_model_{name} = {{\n",
            f"    MK_NN_SCHEMA, name, UINT64_C(0x{feature_hash:016x}), {macro}_ARENA,\n",
            f"    {len(graph.inputs)}, {len(graph.outputs)}, inputs, outputs,\n",
            f"    {'labels' if labels else '0'}, {len(labels)}, init, invoke, {plan.state_bytes}}};\n",
        ]
    )
    header = _header(graph, plan, name, macro, feature_hash, labels, provenance, writer.constants, sources)
    return Code(header, source, sources, tuple(headers), writer.constants)


_PREAMBLE = """
/* -DMK_NN_TRACE: somebody wants to look at the arena after each step */
#ifdef MK_NN_TRACE
void mk_nn_trace(uint16_t step, const void *arena);
#define MK_NN_STEP(step, arena) mk_nn_trace(step, arena);
/* -DMK_NN_MARKS: the bench wants to know where each step ends; costs no instruction */
#elif defined(MK_NN_MARKS)
#define MK_NN_STEP(step, arena) __asm__ volatile( \
    ".pushsection .mk_marks,\\"\\",%%progbits\\n.word 77f, %c0\\n.popsection\\n77:" : : "i"(step) : "memory");
#else
#define MK_NN_STEP(step, arena)
#endif
#if defined(__GNUC__)
#define MK_ALIGNED(n) __attribute__((aligned(n)))
#else
#define MK_ALIGNED(n)
#endif

"""


def _labels(labels: tuple[str, ...]) -> str:
    """The names of the classes; each string is an array, since a literal has no place of its own."""
    if not labels:
        return ""
    texts = "".join(f"static const MK_FLASH char label{i}[] = {c_string(text)};\n" for i, text in enumerate(labels))
    rows = _wrapped(f"label{i}" for i in range(len(labels)))
    return f"{texts}static const MK_FLASH char *const MK_FLASH labels[] = {{\n    {rows}}};\n"


def _init(writer: _Writer) -> str:
    lines = []
    for number, tensor in enumerate(writer.graph.tensors):
        if not tensor.is_variable or number not in writer.plan.of_tensor:
            continue
        variable = writer.graph.variables[str(number)]
        offset = writer.plan.offset(number)
        initial = np.ascontiguousarray(variable.initial)
        if initial.size and np.all(initial == initial.ravel()[0]) and initial.itemsize == 1:
            lines.append(f"    memset(arena + {offset}, {int(initial.ravel()[0])}, {tensor.bytes});\n")
        elif not np.any(initial):
            lines.append(f"    memset(arena + {offset}, 0, {tensor.bytes});\n")
        else:
            array = writer.array(Array(_DTYPE_C[tensor.dtype], initial, kind="table"), f"initial_{number}")
            lines.append(f"    mk_load({array}, {tensor.bytes}, arena + {offset});\n")
    text = "\nstatic mk_status init(void *memory)\n{\n"
    if not lines:
        return text + "    return memory ? MK_OK : MK_ERR_ARG;\n}\n"
    checks = "    uint8_t *const arena = memory;\n    if (!arena)\n        return MK_ERR_ARG;\n"
    return text + checks + "".join(lines) + "    return MK_OK;\n}\n"


def _header(
    graph: Graph,
    plan: Plan,
    name: str,
    macro: str,
    feature_hash: int,
    labels: tuple[str, ...],
    provenance: str,
    constants: dict[str, int],
    sources: tuple[str, ...],
) -> str:
    first_in, first_out = (
        graph.tensors[graph.inputs[0]] if graph.inputs else None,
        graph.tensors[graph.outputs[0]],
    )
    operators = sorted({step.op for step in plan.steps})
    sizes = ", ".join(f"{kind} {size}" for kind, size in sorted(constants.items()))
    c_in = _DTYPE_C[first_in.dtype] if first_in is not None else "int8_t"
    c_out = _DTYPE_C[first_out.dtype]
    inputs = "\n".join(f" *   input   {describe_tensor(graph.tensors[i])}" for i in graph.inputs)
    outputs = "\n".join(f" *   output  {describe_tensor(graph.tensors[i])}" for i in graph.outputs)
    return f"""/* Neural network {name}, written by motekit compile; do not edit.
 *
{inputs}
{outputs}
 *   arena   {plan.arena_bytes} bytes, of them state {plan.state_bytes}; constants: {sizes or "none"}
 *   operators: {", ".join(operators) or "none"}
 *   {provenance}
 *
 * Use it so:
 *
 *     #include "{name}_model.h"
 *
 *     static union {{ uint64_t align[2]; uint8_t bytes[{macro}_ARENA]; }} arena;
 *
 *     const MK_FLASH mk_nn_model *model = &mk_model_{name};
 *     model->init(arena.bytes);
 *     {c_in} *in = ({c_in} *)(arena.bytes + model->input[0].offset);
 *     ... write the input's elements to in ...
 *     model->invoke(arena.bytes);
 *     const {c_out} *out = (const {c_out} *)(arena.bytes + model->output[0].offset);
 *
 * Compile it with {" ".join(sources) or "nothing else"} of the core's src/nn.
 */
#ifndef {macro}_H
#define {macro}_H

#include "motekit/nn.h"

#define {macro}_ARENA {plan.arena_bytes}u
#define {macro}_FEATURE_HASH UINT64_C(0x{feature_hash:016x})
#define {macro}_LABELS {len(labels)}u

extern const MK_FLASH mk_nn_model mk_model_{name};

#endif
"""
