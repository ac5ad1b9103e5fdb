"""Which operator and tensor of one .tflite are which of another: a float model and its quantized twins."""

from dataclasses import dataclass

from ..compiler.ir import Graph, Node
from ..errors import ModelError

CHANGES = ("QUANTIZE", "DEQUANTIZE")
#: operators that move values without changing them: what they output is quantized as what they read
MOVES = (
    "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE", "STRIDED_SLICE", "SPLIT", "PAD", "PADV2", "GATHER",
    "MAX_POOL_2D", "CONCATENATION", "RESIZE_NEAREST_NEIGHBOR", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND",
)  # fmt: skip
_STATE = ("VAR_HANDLE", "READ_VARIABLE", "ASSIGN_VARIABLE", "CALL_ONCE", "SVDF", "UNIDIRECTIONAL_SEQUENCE_LSTM")


@dataclass(frozen=True)
class Pairs:
    """Two graphs of one network.

    Attributes
    ----------
    nodes : dict of int to int
        Position of an operator among the first graph's nodes, to that among the second's.
    tensors : dict of int to int
        Number of a computed tensor in the first graph to that in the second; of a chain of QUANTIZE and
        DEQUANTIZE, the tensor it begins with.
    """

    first: Graph
    second: Graph
    nodes: dict[int, int]
    tensors: dict[int, int]


def pair(first: Graph, second: Graph) -> Pairs:
    """Match two graphs from their outputs upwards, by operators and operands; names do not matter.

    Raises
    ------
    ModelError
        If they are not the same network, or keep state between calls.
    """
    for graph in (first, second):
        if state := [node.op for node in graph.nodes if node.op in _STATE]:
            raise ModelError(f"the network keeps state ({state[0]}), Use one without it.")
    if len(first.inputs) != len(second.inputs) or len(first.outputs) != len(second.outputs):
        raise _different("the numbers of inputs or outputs differ")
    makers = makers_of(first), makers_of(second)
    nodes: dict[int, int] = {}
    tensors: dict[int, int] = {}
    pending = list(zip(first.outputs, second.outputs, strict=True))
    while pending:
        a, b = pending.pop()
        a, b = unchanged(first, makers[0], a), unchanged(second, makers[1], b)
        one, other = first.tensors[a], second.tensors[b]
        if one.shape != other.shape:
            raise _different(f"tensor {one.name!r} has the shapes {one.shape} and {other.shape}")
        if one.data is not None and other.data is not None:
            # one constant may serve several operators here and be there several times
            continue
        if tensors.setdefault(a, b) != b:
            raise _different(f"tensor {one.name!r} has two counterparts")
        left, right = makers[0].get(a), makers[1].get(b)
        if left is None or right is None:
            if left != right or (a in first.inputs) != (b in second.inputs):
                raise _different(f"tensor {one.name!r} is computed in one of them only")
        elif left not in nodes:
            _check_alike(first, first.nodes[left], second.nodes[right])
            nodes[left] = right
            pending += zip(first.nodes[left].outputs, second.nodes[right].outputs, strict=True)
            pending += operands(first.nodes[left], second.nodes[right])
        elif nodes[left] != right:
            raise _different(f"tensor {one.name!r} has two counterparts")
    return Pairs(first, second, nodes, tensors)


def operands(left: Node, right: Node) -> list[tuple[int, int]]:
    """Operands of two operators that are alike, without those that one of them leaves out."""
    return [(a, b) for a, b in zip(left.inputs, right.inputs, strict=False) if a >= 0 and b >= 0]


def unchanged(graph: Graph, makers: dict[int, int], number: int) -> int:
    """The tensor that QUANTIZE and DEQUANTIZE made this one of."""
    while number in makers and graph.nodes[makers[number]].op in CHANGES:
        number = graph.nodes[makers[number]].inputs[0]
    return number


def makers_of(graph: Graph) -> dict[int, int]:
    """Position of the operator that makes each tensor."""
    return {number: position for position, node in enumerate(graph.nodes) for number in node.outputs}


def _check_alike(graph: Graph, left: Node, right: Node) -> None:
    if left.op != right.op or len(left.outputs) != len(right.outputs):
        raise _different(f"tensor {graph.tensors[left.outputs[0]].name!r} comes from {left.op} and from {right.op}")


def _different(why: str) -> ModelError:
    return ModelError(f"the models are not two forms of one network: {why}. Give a model and its own float twin.")
