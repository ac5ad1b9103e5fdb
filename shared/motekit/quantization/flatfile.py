"""A .tflite file taken apart, changed and put together again."""

from collections.abc import Sequence
from pathlib import Path

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from ..compiler.reader import read_bytes, read_tflite
from ..errors import ModelError

_TYPES = {
    "float32": schema.TensorType.FLOAT32,
    "int64": schema.TensorType.INT64,
    "int32": schema.TensorType.INT32,
    "int16": schema.TensorType.INT16,
    "int8": schema.TensorType.INT8,
}


class FlatFile:
    """The one graph of a .tflite file as objects that can be changed.

    Parameters
    ----------
    model : bytes or path
        A .tflite file; it is validated first.

    Raises
    ------
    ModelError
        If the file is damaged or has more than one graph (variables, control flow).
    """

    def __init__(self, model: bytes | str | Path) -> None:
        data = read_bytes(model)
        read_tflite(data)
        self.model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(data, 0))
        if len(self.model.subgraphs) != 1:
            raise ModelError(
                f"the model has {len(self.model.subgraphs)} graphs, this works on one. Use a model without state."
            )
        # they name tensors and operators by numbers that no longer hold once something is added
        self.model.signatureDefs = self.model.metadata = None
        self.graph = self.model.subgraphs[0]

    @property
    def tensors(self) -> list[schema.TensorT]:
        """The graph's tensors; their position is their number."""
        return self.graph.tensors

    @property
    def operators(self) -> list[schema.OperatorT]:
        """The graph's operators, in running order."""
        return self.graph.operators

    def add_tensor(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        quantization: schema.QuantizationParametersT | None = None,
        data: np.ndarray | None = None,
    ) -> int:
        """Append a tensor, constant if it has data; its number."""
        tensor = schema.TensorT()
        tensor.name, tensor.shape, tensor.type = name, np.array(shape, np.int32), _TYPES[dtype]
        tensor.quantization = quantization
        tensor.buffer = 0
        if data is not None:
            tensor.buffer = self.add_buffer(np.ascontiguousarray(data, np.dtype(dtype).newbyteorder("<")).tobytes())
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def add_buffer(self, content: bytes) -> int:
        """Append the content of a constant; its number."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(content, np.uint8)
        self.model.buffers.append(buffer)
        return len(self.model.buffers) - 1

    def take_tensor(self, other: "FlatFile", number: int) -> int:
        """Append a copy of another file's tensor, with its constant; its number here."""
        tensor = _copy(other.tensors[number])
        content = other.model.buffers[tensor.buffer].data
        tensor.buffer = 0 if content is None or len(content) == 0 else self.add_buffer(bytes(content))
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def code(self, builtin: int, version: int = 1) -> int:
        """Number of an operator code, which is added if it is not there yet."""
        for number, code in enumerate(self.model.operatorCodes):
            if max(code.builtinCode, code.deprecatedBuiltinCode) == builtin and code.version == version:
                return number
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.version = builtin, min(builtin, 127), version
        self.model.operatorCodes.append(code)
        return len(self.model.operatorCodes) - 1

    def unary(self, name: str, source: int, result: int) -> schema.OperatorT:
        """QUANTIZE or DEQUANTIZE from one tensor to another; not yet among the operators."""
        operator = schema.OperatorT()
        # version 2 is the first that reads int16
        operator.opcodeIndex = self.code(getattr(schema.BuiltinOperator, name), 2)
        operator.inputs, operator.outputs = np.array([source], np.int32), np.array([result], np.int32)
        return operator

    def take_operator(self, other: "FlatFile", position: int, inputs: list[int], outputs: list[int]):
        """A copy of another file's operator on tensors of this one; not yet among the operators."""
        operator = _copy(other.operators[position])
        code = other.model.operatorCodes[operator.opcodeIndex]
        operator.opcodeIndex = self.code(max(code.builtinCode, code.deprecatedBuiltinCode), code.version)
        operator.inputs, operator.outputs = np.array(inputs, np.int32), np.array(outputs, np.int32)
        return operator

    def bytes(self) -> bytes:
        """The file, without tensors, constants and operator codes that nothing uses."""
        self._drop_unused()
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    def _drop_unused(self) -> None:
        graph, model = self.graph, self.model
        used = {int(n) for op in graph.operators for n in (*op.inputs, *op.outputs) if n >= 0}
        used |= {int(n) for n in (*graph.inputs, *graph.outputs)}
        kept = sorted(used)
        number = {old: new for new, old in enumerate(kept)} | {-1: -1}
        graph.tensors = [graph.tensors[old] for old in kept]
        for op in graph.operators:
            op.inputs = np.array([number[int(n)] for n in op.inputs], np.int32)
            op.outputs = np.array([number[int(n)] for n in op.outputs], np.int32)
        graph.inputs = np.array([number[int(n)] for n in graph.inputs], np.int32)
        graph.outputs = np.array([number[int(n)] for n in graph.outputs], np.int32)

        codes = sorted({op.opcodeIndex for op in graph.operators})
        for op in graph.operators:
            op.opcodeIndex = codes.index(op.opcodeIndex)
        model.operatorCodes = [model.operatorCodes[old] for old in codes]

        buffers = sorted({0} | {tensor.buffer for tensor in graph.tensors})
        for tensor in graph.tensors:
            tensor.buffer = buffers.index(tensor.buffer)
        model.buffers = [model.buffers[old] for old in buffers]


def quantization(scale: float, zero_point: int) -> schema.QuantizationParametersT:
    """Parameters of a tensor that is quantized as a whole."""
    parameters = schema.QuantizationParametersT()
    parameters.scale = np.array([scale], np.float32)
    parameters.zeroPoint = np.array([zero_point], np.int64)
    return parameters


def _copy(item):
    """A shallow copy of a FlatBuffers object: its numbers are replaced, its contents shared."""
    new = type(item)()
    new.__dict__.update(item.__dict__)
    return new
