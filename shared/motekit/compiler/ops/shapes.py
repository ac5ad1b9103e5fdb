"""Operators on shapes, which Keras exports around Flatten and Dense: known at compile time, never run."""

import numpy as np

from ..ir import DTYPES, Graph, Node, node_error
from ..kernels import Kernel, Target
from . import evaluation, operator

_NAMES = ("SHAPE", "PACK", "GATHER", "CAST", "REDUCE_PROD", "FILL")


@operator(*_NAMES)
def not_constant(graph: Graph, node: Node, target: Target) -> Kernel:
    """Computed at compile time only: its operands must be constants."""
    raise node_error(
        graph, node, "it works on values computed at run time",
        "Give the model a fixed input shape, so that shapes are known when it is compiled",
    )  # fmt: skip


def _integers(graph: Graph, node: Node) -> bool:
    numbers = [number for number in (*node.inputs, *node.outputs) if number >= 0]
    return all(graph.tensors[number].dtype in ("int32", "int64", "bool") for number in numbers)


def _result(graph: Graph, node: Node, value: np.ndarray) -> list[np.ndarray]:
    result = graph.output(node)
    if value.size != result.elements:
        raise node_error(graph, node, f"it yields {value.size} elements for {list(result.shape)}")
    return [np.asarray(value).astype(DTYPES[result.dtype]).reshape(result.shape)]


@evaluation("SHAPE")
def shape(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Shape of the input, which is fixed."""
    return _result(graph, node, np.array(graph.input(node, 0).shape, np.int64))


@evaluation("PACK")
def pack(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Scalars put into a vector."""
    if not _integers(graph, node):
        return None
    return _result(graph, node, np.stack([graph.constant(node, i).ravel() for i in range(len(node.inputs))]))


@evaluation("GATHER")
def gather(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Elements of a vector."""
    values = graph.constant(node, 0)
    if not _integers(graph, node) or values.ndim != 1:
        return None
    index = graph.constant(node, 1)
    if index.size and not (index.min() >= 0 and index.max() < values.size):
        raise node_error(graph, node, "an index is out of range")
    return _result(graph, node, values[index])


@evaluation("CAST")
def cast(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Another integer type."""
    return _result(graph, node, graph.constant(node, 0)) if _integers(graph, node) else None


@evaluation("REDUCE_PROD")
def product(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Product of a vector."""
    if not _integers(graph, node) or graph.output(node).elements != 1:
        return None
    return _result(graph, node, np.prod(graph.constant(node, 0).astype(np.int64), keepdims=True))


@evaluation("ADD", "SUB", "MUL", "MAXIMUM", "MINIMUM")
def arithmetic(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """Arithmetic on dimensions."""
    if not _integers(graph, node):
        return None
    function = {
        "ADD": np.add, "SUB": np.subtract, "MUL": np.multiply, "MAXIMUM": np.maximum, "MINIMUM": np.minimum,
    }[node.op]  # fmt: skip
    a, b = graph.constant(node, 0).astype(np.int64), graph.constant(node, 1).astype(np.int64)
    return _result(graph, node, function(a, b))


@evaluation("FILL")
def fill(graph: Graph, node: Node) -> list[np.ndarray] | None:
    """A tensor of one value."""
    result = graph.output(node)
    value = graph.constant(node, 1)
    if tuple(int(v) for v in graph.constant(node, 0).ravel()) != result.shape or value.size != 1:
        raise node_error(graph, node, "its dimensions do not fit its output")
    return [np.full(result.shape, value.ravel()[0], DTYPES[result.dtype])]
