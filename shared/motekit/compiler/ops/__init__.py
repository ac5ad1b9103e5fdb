"""Operators: what each one demands of its tensors, and how it becomes a kernel call.

Each module registers its operators with `@operator`. An operator checks its operands completely
(a hostile file must not produce C that reads out of bounds) and returns either a `Kernel` or an
`Alias`, for operators that only rename memory.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...errors import ModelError
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Kernel, Target


@dataclass(frozen=True)
class Alias:
    """The output is the input's memory under another shape, or a part of it `offset` bytes from its start."""

    source: int
    result: int
    offset: int = 0


Lowering = Callable[[Graph, Node, Target], Kernel | Alias | list[Kernel | Alias]]
Evaluation = Callable[[Graph, Node], list[np.ndarray] | None]

LOWERINGS: dict[str, Lowering] = {}
#: operators that no file has: rewrites of the graph make them
INTERNAL = frozenset({"REQUANTIZE"})
#: operators that are computed at compile time when all their inputs are constants
EVALUATIONS: dict[str, Evaluation] = {}


def operator(*names: str) -> Callable[[Lowering], Lowering]:
    """Register the lowering of operators."""

    def register(lowering: Lowering) -> Lowering:
        for name in names:
            LOWERINGS[name] = lowering
        return lowering

    return register


def evaluation(*names: str) -> Callable[[Evaluation], Evaluation]:
    """Register the compile-time evaluation of operators."""

    def register(function: Evaluation) -> Evaluation:
        for name in names:
            EVALUATIONS[name] = function
        return function

    return register


def lower(graph: Graph, node: Node, target: Target) -> Kernel | Alias | list[Kernel | Alias]:
    """Turn a node into a kernel call.

    Raises
    ------
    ModelError
        If the operator is unknown or its operands are not what it takes.
    """
    lowering = LOWERINGS.get(node.op)
    if lowering is None:
        raise node_error(
            graph, node, "motekit has no such operator",
            f"Build the network from {', '.join(sorted(LOWERINGS.keys() - INTERNAL))}",
        )  # fmt: skip
    if not node.outputs:
        raise ModelError(f"{node.op} (operator {node.index}) has no output. Export the model again.")
    return lowering(graph, node, target)


def expect_dtype(graph: Graph, node: Node, tensor: Tensor, *dtypes: str) -> None:
    """Raise unless the tensor has one of the types."""
    if tensor.dtype not in dtypes:
        raise node_error(
            graph, node, f"tensor {tensor.name!r} is {tensor.dtype}, not {' or '.join(dtypes)}",
            "Convert the model with full integer quantization (a representative data set, int8 input and output)",
        )  # fmt: skip


def expect_shape(graph: Graph, node: Node, tensor: Tensor, shape: tuple[int, ...]) -> None:
    """Raise unless the tensor has this shape."""
    if tensor.shape != tuple(shape):
        raise node_error(
            graph,
            node,
            f"tensor {tensor.name!r} has shape {list(tensor.shape)} where {list(shape)} is due",
            "Export the model again with a fixed batch size of 1 (keras.Input(..., batch_size=1))",
        )


def expect_rank(graph: Graph, node: Node, tensor: Tensor, rank: int) -> None:
    """Raise unless the tensor has this many dimensions."""
    if len(tensor.shape) != rank:
        raise node_error(graph, node, f"tensor {tensor.name!r} of shape {list(tensor.shape)} is not {rank}-dimensional")


def expect_range(graph: Graph, node: Node, what: str, value: int, low: int, high: int) -> int:
    """Raise unless a parameter lies in the range the kernels are written for."""
    if not low <= value <= high:
        raise node_error(graph, node, f"{what} is {value}, outside {low} to {high}")
    return int(value)


def expect_same_quantization(graph: Graph, node: Node, a: Tensor, b: Tensor) -> None:
    """Raise unless stored values of both tensors mean the same."""
    if a.dtype in ("int8", "int16") and not a.quantized.same_as(b.quantization):
        raise node_error(graph, node, f"{a.name!r} and {b.name!r} differ in scale or zero point")


from . import (  # noqa: E402, F401
    conv,
    convert,
    data,
    dense,
    elementwise,
    matmul,
    pool,
    recurrent,
    reduce,
    reshape,
    shapes,
    softmax,
    unary,
    variables,
)
