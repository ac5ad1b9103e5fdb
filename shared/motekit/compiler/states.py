"""Float state that holds int8: variables and what is moved between them, kept as the int8 they are read as.

Streaming models come out of TensorFlow's converter with variables of float32, since it does not quantize them: every
state is dequantized when it is assigned, and quantized again when it is read. If all that is ever done with a float
tensor is to move its elements and to quantize them to one scale, the elements may as well be quantized first. Elements
that were int8 of another scale go through a table made with the same float arithmetic, so every bit stays.
"""

import numpy as np

from .ir import Graph, Node, Quantization, Tensor
from .ops import EVALUATIONS

_MOVES = ("CONCATENATION", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "STRIDED_SLICE", "SLICE", "SPLIT", "TRANSPOSE")
_COPIES = ("READ_VARIABLE", "ASSIGN_VARIABLE")

#: what the readers of a tensor agree on: nothing yet, a quantization, or that they need the floats
_Demand = Quantization | None | bool
_FLOATS = False


def keep_states_small(graph: Graph) -> None:
    """Turn float32 tensors that are only moved and quantized into int8, in place."""
    demands = _demands(graph)
    for number, demand in demands.items():
        if isinstance(demand, Quantization):
            _convert(graph, number, demand)
    for node in graph.nodes:
        if node.op == "DEQUANTIZE" and graph.output(node).dtype == "int8":
            node.op = "REQUANTIZE"


def _demands(graph: Graph) -> dict[int, _Demand]:
    demands: dict[int, _Demand] = {
        number: None for number, tensor in enumerate(graph.tensors) if tensor.dtype == "float32"
    }  # fmt: skip
    made = {number for node in graph.nodes for number in node.outputs if node.op in (*_MOVES, *_COPIES, "DEQUANTIZE")}
    for number in demands:
        tensor = graph.tensors[number]
        if not (number in made or tensor.is_variable or tensor.data is not None):
            demands[number] = _FLOATS
    for number in (*graph.inputs, *graph.outputs):
        if number in demands:
            demands[number] = _FLOATS
    changed = True
    while changed:
        changed = False
        for node in reversed(graph.nodes):
            for number, demand in _asked(graph, node, demands):
                joined = _join(demands[number], demand)
                if joined is not demands[number]:
                    demands[number], changed = joined, True
    return demands


def _asked(graph: Graph, node: Node, demands: dict[int, _Demand]) -> list[tuple[int, _Demand]]:
    """What a node asks of each float tensor it touches."""
    inputs = [number for number in node.inputs if number in demands]
    outputs = [number for number in node.outputs if number in demands]
    if node.op == "QUANTIZE" and inputs and graph.output(node).dtype == "int8":
        return [(inputs[0], graph.output(node).quantized)]
    if node.op == "DEQUANTIZE" and outputs:
        source = graph.input(node, 0)
        plain = source.dtype == "int8" and source.quantized.scales.size == 1
        return [] if plain else [(outputs[0], _FLOATS)]
    if node.op in (*_MOVES, *_COPIES) and len(outputs) == len(node.outputs):
        # one scale for all that is joined or taken apart
        group = [*inputs, *outputs]
        joined: _Demand = None
        for number in group:
            joined = _join(joined, demands[number])
        return [(number, joined) for number in group]
    return [(number, _FLOATS) for number in (*inputs, *outputs)]


def _join(first: _Demand, second: _Demand) -> _Demand:
    if first is None or second is None:
        return second if first is None else first
    if first is _FLOATS or second is _FLOATS:
        return _FLOATS
    assert isinstance(first, Quantization) and isinstance(second, Quantization)
    return first if first.same_as(second) else _FLOATS


def _convert(graph: Graph, number: int, quantization: Quantization) -> None:
    tensor = graph.tensors[number]
    if tensor.data is not None:
        tensor.data = _stored(tensor.data, quantization)
    if tensor.is_variable:
        variable = graph.variables[str(number)]
        variable.initial = _stored(variable.initial, quantization)
        variable.dtype, variable.quantization = "int8", quantization
    tensor.dtype, tensor.quantization = "int8", quantization


def _stored(values: np.ndarray, quantization: Quantization) -> np.ndarray:
    """Floats as QUANTIZE rounds them."""
    shape = np.shape(values)
    floats = np.asarray(values, np.float32).reshape(-1)
    small = Graph(
        [Tensor("floats", "float32", floats.shape, None, floats), Tensor("stored", "int8", floats.shape, quantization)],
        [], [], [],
    )  # fmt: skip
    computed = EVALUATIONS["QUANTIZE"](small, Node("QUANTIZE", [0], [1]))
    assert computed is not None
    return computed[0].reshape(shape)
