"""Graph rewrites that keep every bit."""

import numpy as np

from ..errors import ModelError
from .ir import Graph, Node
from .kernels import Target
from .ops import EVALUATIONS, lower
from .ops.data import padding_value, paddings_of
from .prune import prune
from .states import keep_states_small
from .ungroup import ungroup


def simplify(graph: Graph, target: Target, *, optimise: bool = True) -> Graph:
    """Remove what need not run: constant sub-graphs, unread nodes, paddings, dead channels.

    Parameters
    ----------
    graph : Graph
        Changed in place.
    target : Target
        What it is simplified for.
    optimise : bool
        False only evaluates constants.
    """
    check(graph)
    if optimise:
        remove_unused(graph)
        keep_states_small(graph)
        fold_padding(graph)
        if target.takes_groups_apart:
            ungroup(graph)
        prune(graph, zones=target.has_zones)
    return graph


def check(graph: Graph) -> None:
    """Compute what is constant and let every operator check its operands, before anything relies on them.

    Raises
    ------
    ModelError
        Whatever is wrong with the file; after this, an exception of another kind is a fault of motekit's.
    """
    try:
        # hostile scales overflow; what comes of it is caught as an error, not printed as a warning
        with np.errstate(all="ignore"):
            evaluate_constants(graph)
            for node in graph.nodes:
                lower(graph, node, Target())
    except (IndexError, ValueError, TypeError, KeyError, OverflowError, ZeroDivisionError, MemoryError) as error:
        problem = (str(error) or type(error).__name__).splitlines()[0][:120]
        raise ModelError(f"the .tflite file is damaged ({problem}). Export or download it again.") from error


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
    needed = set(graph.outputs) | {int(number) for number in graph.variables}
    kept: list[Node] = []
    for node in reversed(graph.nodes):
        if needed.intersection(node.outputs):
            needed.update(number for number in node.inputs if number >= 0)
            kept.append(node)
    graph.nodes = kept[::-1]


def fold_padding(graph: Graph) -> None:
    """Give the zeros a PAD puts around an image to the convolution that reads it."""
    readers, producers = graph.consumers(), graph.producers()
    for node in graph.nodes:
        pad = producers.get(node.inputs[0]) if node.inputs else None
        if node.op not in ("CONV_2D", "DEPTHWISE_CONV_2D") or node.options["padding"] != "VALID" or pad is None:
            continue
        alone = len(readers[node.inputs[0]]) == 1 and node.inputs[0] not in graph.outputs
        source = graph.input(pad, 0) if pad.op in ("PAD", "PADV2") else None
        if source is None or not alone or source.dtype != "int8" or len(source.shape) != 4:
            continue
        if source.data is not None or not source.quantized.same_as(graph.input(node, 0).quantization):
            continue
        amounts = paddings_of(graph, pad)
        if amounts[0].any() or amounts[3].any() or padding_value(graph, pad) != source.zero_point:
            continue
        node.inputs = [pad.inputs[0], *node.inputs[1:]]
        node.options = {**node.options, "pads": amounts[1:3].tolist()}
    remove_unused(graph)
