"""Operators that only rename memory: RESHAPE, SQUEEZE, EXPAND_DIMS."""

import numpy as np

from ..ir import Graph, Node, node_error
from ..kernels import Target
from . import Alias, evaluation, expect_dtype, expect_same_quantization, operator

_NAMES = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")


@operator(*_NAMES)
def reshape(graph: Graph, node: Node, target: Target) -> Alias:
    """The same elements in the same order."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, result, source.dtype)
    if source.elements != result.elements:
        raise node_error(
            graph,
            node,
            f"shapes {list(source.shape)} and {list(result.shape)} differ in size",
            "Export the model again with a fixed batch size of 1 (keras.Input(..., batch_size=1))",
        )
    expect_same_quantization(graph, node, source, result)
    return Alias(node.inputs[0], node.outputs[0])


@evaluation(*_NAMES)
def evaluate(graph: Graph, node: Node) -> list[np.ndarray]:
    """The constant in its new shape."""
    reshape(graph, node, Target())
    return [graph.constant(node, 0).reshape(graph.output(node).shape)]
