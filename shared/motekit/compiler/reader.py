"""Reads a .tflite file into the IR and trusts nothing in it.

A FlatBuffer is offsets all the way down, so a damaged or hostile file can point anywhere. Every
number is checked before it is used; whatever is wrong ends as one `ModelError`.
"""

import struct
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from ..errors import ModelError
from .ir import DTYPES, Graph, Node, Quantization, Tensor
from .ops.variables import add_layer_states, resolve

MAX_FILE = 256 << 20
MAX_TENSORS = 1 << 15
MAX_NODES = 1 << 13
MAX_RANK = 6
MAX_DIMENSION = 1 << 20
MAX_ELEMENTS = 1 << 25
MAX_OPERANDS = 256

_TYPES = {
    tflite.TensorType.FLOAT32: "float32",
    tflite.TensorType.INT32: "int32",
    tflite.TensorType.INT64: "int64",
    tflite.TensorType.BOOL: "bool",
    tflite.TensorType.INT16: "int16",
    tflite.TensorType.INT8: "int8",
    tflite.TensorType.RESOURCE: "resource",
}


def _names(enum: type) -> dict[int, str]:
    return {value: name for name, value in vars(enum).items() if isinstance(value, int)}


_OPS = _names(tflite.BuiltinOperator)
_TYPE_NAMES = _names(tflite.TensorType)
_ACTIVATIONS = _names(tflite.ActivationFunctionType)
_PADDINGS = _names(tflite.Padding)
_OPTION_NAMES = _names(tflite.BuiltinOptions)

# operator -> (options table, {field: accessor}); operators absent here have no options that matter
_CONV = {
    "stride_h": "StrideH",
    "stride_w": "StrideW",
    "padding": "Padding",
    "activation": "FusedActivationFunction",
}
_DILATION = {"dilation_h": "DilationHFactor", "dilation_w": "DilationWFactor"}
_POOL = {**_CONV, "window_h": "FilterHeight", "window_w": "FilterWidth"}
_FUSED = {"activation": "FusedActivationFunction"}
_OPTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "CONV_2D": ("Conv2DOptions", {**_CONV, **_DILATION}),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", {**_CONV, **_DILATION}),
    "TRANSPOSE_CONV": ("TransposeConvOptions", _CONV),
    "FULLY_CONNECTED": (
        "FullyConnectedOptions",
        {**_FUSED, "weights_format": "WeightsFormat", "keep_num_dims": "KeepNumDims"},
    ),
    "AVERAGE_POOL_2D": ("Pool2DOptions", _POOL),
    "MAX_POOL_2D": ("Pool2DOptions", _POOL),
    "SOFTMAX": ("SoftmaxOptions", {"beta": "Beta"}),
    "ADD": ("AddOptions", _FUSED),
    "SUB": ("SubOptions", _FUSED),
    "MUL": ("MulOptions", _FUSED),
    "MEAN": ("ReducerOptions", {"keep_dims": "KeepDims"}),
    "SUM": ("ReducerOptions", {"keep_dims": "KeepDims"}),
    "REDUCE_MAX": ("ReducerOptions", {"keep_dims": "KeepDims"}),
    "REDUCE_MIN": ("ReducerOptions", {"keep_dims": "KeepDims"}),
    "LEAKY_RELU": ("LeakyReluOptions", {"alpha": "Alpha"}),
    "CONCATENATION": ("ConcatenationOptions", {"axis": "Axis", **_FUSED}),
    "SPLIT": ("SplitOptions", {"splits": "NumSplits"}),
    "STRIDED_SLICE": (
        "StridedSliceOptions",
        {
            "begin_mask": "BeginMask", "end_mask": "EndMask", "ellipsis_mask": "EllipsisMask",
            "new_axis_mask": "NewAxisMask", "shrink_axis_mask": "ShrinkAxisMask", "offset": "Offset",
        },
    ),
    "RESIZE_NEAREST_NEIGHBOR": (
        "ResizeNearestNeighborOptions",
        {"align_corners": "AlignCorners", "half_pixel_centers": "HalfPixelCenters"},
    ),
    "BATCH_MATMUL": ("BatchMatMulOptions", {"adj_x": "AdjX", "adj_y": "AdjY"}),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (
        "UnidirectionalSequenceLSTMOptions",
        {**_FUSED, "cell_clip": "CellClip", "proj_clip": "ProjClip", "time_major": "TimeMajor"},
    ),
    "SVDF": ("SVDFOptions", {"rank": "Rank", **_FUSED}),
    "VAR_HANDLE": ("VarHandleOptions", {"container": "Container", "shared_name": "SharedName"}),
    "CALL_ONCE": ("CallOnceOptions", {"subgraph": "InitSubgraphIndex"}),
}  # fmt: skip


def read_bytes(model: bytes | str | Path) -> bytes:
    """Contents of a model given as bytes or as a path.

    Raises
    ------
    ModelError
        If the file cannot be read.
    """
    if isinstance(model, bytes | bytearray | memoryview):
        return bytes(model)
    try:
        return Path(model).read_bytes()
    except OSError as error:
        raise ModelError(f"cannot read {model}: {error.strerror or error}. Give the path of a .tflite file.") from error


def read_tflite(model: bytes | str | Path) -> Graph:
    """Parse and validate a .tflite model.

    Parameters
    ----------
    model : bytes or path
        The file or its contents.

    Returns
    -------
    Graph
        Tensors, constants and operators in running order, as in the file.

    Raises
    ------
    ModelError
        If the file is not a model, is damaged, or uses a data type motekit does not know.
    """
    data = read_bytes(model)
    if len(data) < 16 or data[4:8] != b"TFL3":
        raise ModelError("this is not a .tflite file (no TFL3 mark). Convert the model with tf.lite.TFLiteConverter.")
    if len(data) > MAX_FILE:
        raise ModelError(f"the model is {len(data)} bytes, more than any microcontroller holds. Use a smaller network.")
    try:
        return _Reader(data).graph()
    except (struct.error, IndexError, ValueError, TypeError, OverflowError, UnicodeDecodeError, KeyError,
            AttributeError, MemoryError) as error:  # fmt: skip
        raise ModelError(f"the .tflite file is damaged ({_first_line(error)}). Export or download it again.") from error


def _first_line(error: Exception) -> str:
    if isinstance(error, struct.error | IndexError):
        return "it is cut off, or points outside itself"
    return (str(error) or type(error).__name__).splitlines()[0][:120]


def _no_dimensions(name: str, shape: tuple[int, ...]) -> ModelError:
    return ModelError(f"tensor {name!r} has shape {list(shape)}. Convert the model with fixed, positive dimensions.")


def _damaged(problem: str) -> ModelError:
    return ModelError(f"the .tflite file is damaged ({problem}). Export or download it again.")


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.model = tflite.Model.GetRootAsModel(data, 0)

    def count(self, number: int, limit: int, what: str, item_bytes: int = 4) -> int:
        """A vector's length, which the file must be large enough to hold."""
        if number < 0 or number > limit or number * item_bytes > len(self.data):
            raise _damaged(f"{number} {what}")
        return number

    def graph(self) -> Graph:
        if self.model.Version() != 3:
            raise ModelError(
                f"the .tflite has schema version {self.model.Version()}; only 3 is known. Convert it again."
            )
        subgraphs = self.count(self.model.SubgraphsLength(), 64, "subgraphs")
        if subgraphs == 0:
            raise _damaged("no subgraph")
        self.buffers = self.count(self.model.BuffersLength(), 1 << 17, "buffers")
        self.codes = self.operator_codes()
        graphs = [self.subgraph(i) for i in range(subgraphs)]
        add_layer_states(graphs[0])
        resolve(graphs[0], graphs)
        return graphs[0]

    def operator_codes(self) -> list[str]:
        codes = []
        for i in range(self.count(self.model.OperatorCodesLength(), 4096, "operator codes")):
            code = self.model.OperatorCodes(i)
            # files written before builtin code 127 was exceeded carry only the old field
            number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
            if number == tflite.BuiltinOperator.CUSTOM:
                custom = code.CustomCode()
                codes.append(f"custom operator {custom.decode('utf-8', 'replace')[:60] if custom else '?'}")
            else:
                codes.append(_OPS.get(number, f"operator number {number}"))
        return codes

    def subgraph(self, index: int) -> Graph:
        subgraph = self.model.Subgraphs(index)
        tensor_count = self.count(subgraph.TensorsLength(), MAX_TENSORS, "tensors")
        tensors = [self.tensor(subgraph.Tensors(i)) for i in range(tensor_count)]
        inputs = self.numbers(subgraph.InputsLength(), subgraph.InputsAsNumpy, "subgraph inputs")
        outputs = self.numbers(subgraph.OutputsLength(), subgraph.OutputsAsNumpy, "subgraph outputs")
        nodes = [
            self.node(subgraph.Operators(i), i)
            for i in range(self.count(subgraph.OperatorsLength(), MAX_NODES, "operators"))
        ]
        graph = Graph(tensors, nodes, inputs, outputs)
        used = {number for node in nodes for number in (*node.inputs, *node.outputs)} | {*inputs, *outputs}
        for number in used & {k for k, tensor in enumerate(tensors) if tensor.shape == (0,)}:
            raise _no_dimensions(tensors[number].name, (0,))
        _check_wiring(graph, main=index == 0)
        return graph

    def numbers(self, length: int, as_numpy: Any, what: str) -> list[int]:
        if self.count(length, MAX_OPERANDS, what) == 0:
            return []
        return [int(value) for value in as_numpy()]

    def tensor(self, source: Any) -> Tensor:
        raw_name = source.Name()
        name = raw_name.decode("utf-8", "replace")[:200] if raw_name else "unnamed"
        if source.Type() not in _TYPES:
            kind = _TYPE_NAMES.get(source.Type(), str(source.Type()))
            raise ModelError(
                f"tensor {name!r} has type {kind}, which motekit does not run. Quantize the model to int8."
            )
        if source.Sparsity() is not None:
            raise ModelError(f"tensor {name!r} is stored sparse. Convert the model without sparsity.")
        dtype = _TYPES[source.Type()]
        rank = self.count(source.ShapeLength(), 1 << 16, "dimensions")
        if rank > MAX_RANK:
            raise ModelError(f"tensor {name!r} has {rank} dimensions, the limit is {MAX_RANK}. Reshape it.")
        shape = tuple(int(value) for value in source.ShapeAsNumpy()) if rank else ()
        # LSTM operators keep scales in tensors of no elements, which no operator reads
        if shape != (0,) and any(not 0 < size <= MAX_DIMENSION for size in shape):
            raise _no_dimensions(name, shape)
        tensor = Tensor(name, dtype, shape, self.quantization(source, name, dtype, shape))
        if int(np.prod(shape, dtype=object)) > MAX_ELEMENTS:
            raise ModelError(f"tensor {name!r} of shape {list(shape)} is too large. Use a smaller network.")
        tensor.is_variable = bool(source.IsVariable())
        tensor.data = self.constant(source.Buffer(), tensor)
        return tensor

    def constant(self, number: int, tensor: Tensor) -> np.ndarray | None:
        if not 0 <= number < max(self.buffers, 1):
            raise _damaged(f"tensor {tensor.name!r} refers to buffer {number} of {self.buffers}")
        if self.buffers == 0:
            return None
        buffer = self.model.Buffers(number)
        if hasattr(buffer, "Offset") and buffer.Offset() > 1:
            raise ModelError(f"tensor {tensor.name!r} lies outside the FlatBuffer. Convert to a model below 2 GB.")
        length = buffer.DataLength()
        if length == 0:
            return None
        if length > len(self.data) or length != tensor.bytes:
            raise _damaged(f"tensor {tensor.name!r} needs {tensor.bytes} bytes, its buffer has {length}")
        raw = np.asarray(buffer.DataAsNumpy(), dtype=np.uint8)
        if raw.size != length:
            raise _damaged(f"buffer {number} is cut off")
        values = np.frombuffer(raw.tobytes(), dtype=DTYPES[tensor.dtype].newbyteorder("<"))
        return values.astype(DTYPES[tensor.dtype]).reshape(tensor.shape)

    def quantization(self, source: Any, name: str, dtype: str, shape: tuple[int, ...]) -> Quantization | None:
        table = source.Quantization()
        if table is None or dtype in ("float32", "bool", "resource") or table.ScaleLength() == 0:
            return None
        count = self.count(table.ScaleLength(), MAX_DIMENSION, "scales")
        scales = np.array(table.ScaleAsNumpy(), dtype=np.float32)
        # old converters wrote the filter's axis into a bias, which has but one
        axis = 0 if len(shape) == 1 else int(table.QuantizedDimension())
        zeros = self.count(table.ZeroPointLength(), MAX_DIMENSION, "zero points", 8)
        zero_points = np.array(table.ZeroPointAsNumpy(), np.int64) if zeros else np.zeros(count, np.int64)
        if not np.all(np.isfinite(scales)) or np.any(scales <= 0):
            raise ModelError(f"tensor {name!r} has a scale that is not a positive number. Quantize the model again.")
        if zero_points.size == 1 and count > 1:
            zero_points = np.repeat(zero_points, count)
        if zero_points.size != count or scales.size != count:
            raise _damaged(f"tensor {name!r} has {count} scales and {zero_points.size} zero points")
        if count > 1 and (not 0 <= axis < len(shape) or shape[axis] != count):
            raise _damaged(f"tensor {name!r} of shape {list(shape)} has {count} scales along axis {axis}")
        if dtype != "int64":
            limits = np.iinfo(DTYPES[dtype])
            if np.any(zero_points < limits.min) or np.any(zero_points > limits.max):
                raise ModelError(f"tensor {name!r} has a zero point outside {dtype}. Quantize the model again.")
        return Quantization(scales, zero_points, axis)

    def node(self, source: Any, index: int) -> Node:
        if not 0 <= source.OpcodeIndex() < len(self.codes):
            raise _damaged(f"operator {index} has code {source.OpcodeIndex()} of {len(self.codes)}")
        op = self.codes[source.OpcodeIndex()]
        inputs = self.numbers(source.InputsLength(), source.InputsAsNumpy, "operator inputs")
        outputs = self.numbers(source.OutputsLength(), source.OutputsAsNumpy, "operator outputs")
        return Node(op, inputs, outputs, self.options(source, op, index), index)

    def options(self, source: Any, op: str, index: int) -> dict[str, Any]:
        if op not in _OPTIONS:
            return {}
        table_name, fields = _OPTIONS[op]
        table = getattr(tflite, table_name)()
        union = source.BuiltinOptions()
        if union is None or _OPTION_NAMES.get(source.BuiltinOptionsType()) != table_name:
            raise _damaged(f"{op} (operator {index}) has no {table_name}")
        table.Init(union.Bytes, union.Pos)
        options: dict[str, Any] = {}
        for key, accessor in fields.items():
            value = getattr(table, accessor)() if hasattr(table, accessor) else 0
            if key == "activation":
                value = _ACTIVATIONS.get(value, f"activation {value}")
            elif key == "padding":
                if value not in _PADDINGS:
                    raise _damaged(f"{op} (operator {index}) has padding {value}")
                value = _PADDINGS[value]
            elif isinstance(value, bytes):
                value = value.decode("utf-8", "replace")
            options[key] = value
        return options


def _check_wiring(graph: Graph, *, main: bool) -> None:
    """Every operand exists, is written once, and before it is read."""
    count = len(graph.tensors)
    for number in (*graph.inputs, *graph.outputs):
        if not 0 <= number < count:
            raise _damaged(f"the subgraph refers to tensor {number} of {count}")
    if main and not graph.outputs:
        raise _damaged("the model has no output")
    if len(set(graph.inputs)) != len(graph.inputs):
        raise _damaged("an input is listed twice")
    written = set(graph.inputs)
    for number in graph.inputs:
        if graph.tensors[number].data is not None:
            raise _damaged(f"input {graph.tensors[number].name!r} is a constant")
    ready = {i for i, tensor in enumerate(graph.tensors) if tensor.data is not None or tensor.is_variable}
    for node in graph.nodes:
        for number in node.inputs:
            if not -1 <= number < count:
                raise _damaged(f"{node.op} (operator {node.index}) reads tensor {number} of {count}")
            if number >= 0 and number not in written and number not in ready:
                raise _damaged(
                    f"{node.op} (operator {node.index}) reads {graph.tensors[number].name!r} before it is written: "
                    "a cycle or a wrong order"
                )
        for number in node.outputs:
            if not 0 <= number < count:
                raise _damaged(f"{node.op} (operator {node.index}) writes tensor {number} of {count}")
            if number in written or number in ready:
                raise _damaged(f"{node.op} (operator {node.index}) writes {graph.tensors[number].name!r} a second time")
            written.add(number)
    for number in graph.outputs:
        if number not in written and number not in ready:
            raise _damaged(f"output {graph.tensors[number].name!r} is never written")
