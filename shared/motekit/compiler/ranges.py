"""Which values each channel of a tensor can take, whatever the input: interval arithmetic over int8.

A channel whose interval is one value is constant: it was pruned, or its activation is saturated for
every input. Intervals hold for every position, borders included.
"""

from dataclasses import dataclass

import numpy as np

from . import fixedpoint
from .ir import Graph, Node
from .kernels import Target
from .kernels.describe import ConvOp
from .ops.conv import describe
from .ops.unary import LOOKUPS, table_of


@dataclass(frozen=True)
class Range:
    """Smallest and largest stored value along the last axis (int64 [channels])."""

    low: np.ndarray
    high: np.ndarray

    @property
    def constant(self) -> np.ndarray:
        """Channels that never change."""
        return self.low == self.high


def channels_of(shape: tuple[int, ...]) -> int:
    """Size of the last axis."""
    return shape[-1] if shape else 1


def ranges(graph: Graph) -> dict[int, Range]:
    """Range of every int8 tensor of a graph.

    Parameters
    ----------
    graph : Graph
        Checked while it is read, so a wrong operator raises `ModelError` here already.

    Returns
    -------
    dict of int to Range
        By tensor number; tensors of other types are absent.
    """
    known: dict[int, Range] = {}
    for number, tensor in enumerate(graph.tensors):
        if tensor.dtype != "int8":
            continue
        count = channels_of(tensor.shape)
        known[number] = Range(np.full(count, -128, np.int64), np.full(count, 127, np.int64))
        if tensor.data is not None:
            rows = tensor.data.reshape(-1, count).astype(np.int64)
            known[number] = Range(rows.min(axis=0), rows.max(axis=0))
    for node in graph.nodes:
        function = _RULES.get(node.op)
        if function is None or any(number not in known for number in (node.inputs[0], node.outputs[0])):
            continue
        found = function(graph, node, known)
        if found is not None:
            known[node.outputs[0]] = found
    return known


def _convolution(graph: Graph, node: Node, known: dict[int, Range]) -> Range:
    op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
    source = known[node.inputs[0]]
    low, high = source.low, source.high
    if reads_padding(op):
        low, high = np.minimum(low, op.in_zero), np.maximum(high, op.in_zero)
    weights = op.weights.astype(np.int64)
    if op.depthwise:
        multiplier = op.out_shape[2] // op.in_shape[2]
        a, b = weights * np.repeat(low, multiplier), weights * np.repeat(high, multiplier)
        axes = (0, 1, 2)
    else:
        groups = op.in_shape[2] // weights.shape[3]
        per_group = op.out_shape[2] // groups
        shape = (groups, per_group, *weights.shape[1:])
        split = weights.reshape(shape)
        a = (split * low.reshape(groups, 1, 1, 1, -1)).reshape(weights.shape)
        b = (split * high.reshape(groups, 1, 1, 1, -1)).reshape(weights.shape)
        axes = (1, 2, 3)
    least = np.minimum(a, b).sum(axis=axes) + op.bias
    most = np.maximum(a, b).sum(axis=axes) + op.bias
    return Range(*(_outputs(sums, op) for sums in (least, most)))


def _outputs(sums: np.ndarray, op: ConvOp) -> np.ndarray:
    scaled = fixedpoint.requantize_array(sums, op.multipliers, op.shifts) + op.out_zero
    return np.clip(scaled, op.act_min, op.act_max)


def reads_padding(op: ConvOp) -> bool:
    """Whether any tap of any output lies outside the input."""
    for axis in range(2):
        last = (op.out_shape[axis] - 1) * op.stride[axis] - op.pad[axis] + (op.kernel[axis] - 1) * op.dilation[axis]
        if op.pad[axis] > 0 or last >= op.in_shape[axis]:
            return True
    return False


def _same(graph: Graph, node: Node, known: dict[int, Range]) -> Range:
    return known[node.inputs[0]]


def _reshaped(graph: Graph, node: Node, known: dict[int, Range]) -> Range:
    source = known[node.inputs[0]]
    before, after = channels_of(graph.input(node, 0).shape), channels_of(graph.output(node).shape)
    if after % before == 0:
        return Range(np.tile(source.low, after // before), np.tile(source.high, after // before))
    return Range(np.full(after, source.low.min()), np.full(after, source.high.max()))


def _looked_up(graph: Graph, node: Node, known: dict[int, Range]) -> Range:
    table = table_of(graph, node, Target())
    source = known[node.inputs[0]]
    parts = [table[low + 128 : high + 129] for low, high in zip(source.low, source.high, strict=True)]
    return Range(np.array([part.min() for part in parts]), np.array([part.max() for part in parts]))


_RULES = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "MAX_POOL_2D": _same,
    "AVERAGE_POOL_2D": _same,
    "RESHAPE": _reshaped,
    "SQUEEZE": _reshaped,
    "EXPAND_DIMS": _reshaped,
    **dict.fromkeys(LOOKUPS, _looked_up),
}
