"""Graph rewrites that keep every bit."""

import numpy as np

from ..errors import ModelError
from .ir import Graph, Node
from .ops import EVALUATIONS


def simplify(graph: Graph, *, optimise: bool = True) -> Graph:
    """Remove what need not run: constant sub-graphs and nodes nobody reads.

    Parameters
    ----------
    graph : Graph
        Changed in place.
    optimise : bool
        False only evaluates constants.
    """
    evaluate_constants(graph)
    if optimise:
        remove_unused(graph)
    return graph


def evaluate_constants(graph: Graph) -> None:
    """Compute nodes all of whose inputs are constants; shapes are constants too."""
    kept: list[Node] = []
    for node in graph.nodes:
        values = _evaluate(graph, node)
        if values is None:
            kept.append(node)
            continue
        for number, value in zip(node.outputs, values, strict=True):
            tensor = graph.tensors[number]
            if value.shape != tensor.shape:
                raise ModelError(f"tensor {tensor.name!r} has a wrong shape. Export the model again.")
            tensor.data = value
    graph.nodes = kept


def _evaluate(graph: Graph, node: Node) -> list[np.ndarray] | None:
    known = all(number < 0 or graph.tensors[number].data is not None for number in node.inputs)
    if node.op not in EVALUATIONS or not (known or node.op == "SHAPE"):
        return None
    if not node.inputs or len(node.outputs) != 1:
        return None
    return EVALUATIONS[node.op](graph, node)


def remove_unused(graph: Graph) -> None:
    """Drop nodes whose outputs are never read."""
    needed = set(graph.outputs)
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            needed.update(number for number in node.inputs if number >= 0)
            kept.append(node)
    graph.nodes = kept[::-1]
