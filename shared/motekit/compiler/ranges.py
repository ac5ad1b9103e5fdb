"""Which values each element of a tensor can take, whatever the input: interval arithmetic over int8.

An element whose interval is one value is static: its channel was pruned, or its activation is
saturated for every input. Intervals are kept for every position, because a static channel that a layer
reads with padding gives other values at the borders than inside.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from . import fixedpoint
from .ir import Graph, Node
from .kernels import Target
from .kernels.describe import ConvOp, DenseOp, PoolOp
from .ops.conv import describe
from .ops.dense import describe_dense
from .ops.pool import describe_pool
from .ops.reduce import reduce
from .ops.unary import LOOKUPS, table_of

#: layers of more multiply-accumulates, elements or outputs are taken to read anything: what is saturated by their
#: weights and biases alone is still found
_MOST_MACS, _MOST_ELEMENTS, _MOST_WINDOWS = 1 << 28, 1 << 22, 1 << 16


@dataclass(frozen=True)
class Range:
    """Smallest and largest stored value of every element (int16, of the tensor's shape)."""

    low: np.ndarray
    high: np.ndarray

    @property
    def static(self) -> np.ndarray:
        """Channels that do not depend on the input, though they may depend on the position."""
        return self._over_positions(self.low == self.high, np.all)

    @property
    def constant(self) -> np.ndarray:
        """Channels that are one value everywhere."""
        return self.static & (self.values == self._over_positions(self.low, np.max))

    @property
    def values(self) -> np.ndarray:
        """The smallest value of each channel: its only one, if it is constant."""
        return self._over_positions(self.low, np.min)

    @staticmethod
    def _over_positions(values: np.ndarray, function: Callable[..., np.ndarray]) -> np.ndarray:
        return function(values.reshape(-1, channels_of(values.shape)), axis=0)


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
        if tensor.data is not None:
            known[number] = Range(tensor.data.astype(np.int16), tensor.data.astype(np.int16))
        else:
            known[number] = Range(*(np.broadcast_to(np.int16(value), tensor.shape) for value in (-128, 127)))
    for node in graph.nodes:
        rule = _RULES.get(node.op)
        if rule is None or any(number not in known for number in (node.inputs[0], node.outputs[0])):
            continue
        if node.op not in _CONVOLUTIONS and _is_large(graph, node):
            continue
        found = rule(graph, node, known[node.inputs[0]])
        if found is not None:
            known[node.outputs[0]] = found
    return known


def taps(op: ConvOp, image: np.ndarray, outside: float) -> list[np.ndarray]:
    """What each tap of a filter reads, in the order of the filter: [batch, out_h, out_w, in_c] each.

    Parameters
    ----------
    op : ConvOp
        The convolution.
    image : array [batch, in_h, in_w, in_c]
        Its input.
    outside : float
        What padding reads as.
    """
    needed = [
        (outputs - 1) * stride + (kernel - 1) * dilation + 1
        for outputs, stride, kernel, dilation in zip(
            op.out_shape[:2], op.stride, op.kernel, op.dilation, strict=True
        )
    ]  # fmt: skip
    wide = np.full((len(image), *needed, image.shape[3]), outside, image.dtype)
    (top, left), (in_h, in_w) = op.pad, op.in_shape[:2]
    rows, columns = min(in_h, needed[0] - top), min(in_w, needed[1] - left)
    if rows > 0 and columns > 0:
        wide[:, top : top + rows, left : left + columns] = image[:, :rows, :columns]
    views = []
    for ky in range(op.kernel[0]):
        for kx in range(op.kernel[1]):
            y, x = ky * op.dilation[0], kx * op.dilation[1]
            stop_y = y + (op.out_shape[0] - 1) * op.stride[0] + 1
            stop_x = x + (op.out_shape[1] - 1) * op.stride[1] + 1
            views.append(wide[:, y : stop_y : op.stride[0], x : stop_x : op.stride[1]])
    return views


def _is_large(graph: Graph, node: Node) -> bool:
    return max(graph.input(node, 0).elements, graph.output(node).elements) > _MOST_ELEMENTS


def _convolution(graph: Graph, node: Node, source: Range) -> Range:
    op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
    low, high, is_large = source.low, source.high, _is_large(graph, node)
    shape = (op.batch, *op.out_shape)
    if is_large or op.macs > _MOST_MACS:
        # for any input: nothing but the padding is below
        low, high = (np.full((1, 1, 1, op.in_shape[2]), value) for value in (-128, 127))
        op = _one_output(op)
    # float64 holds these integers exactly
    lows, highs = (taps(op, ends.astype(np.float64), float(op.in_zero)) for ends in (low, high))
    weights = op.weights.astype(np.float64)
    least, most = (np.broadcast_to(op.bias.astype(np.float64), (len(low), *op.out_shape)).copy() for _ in range(2))
    for tap, (smallest, largest) in enumerate(zip(lows, highs, strict=True)):
        filters = weights[:, tap // op.kernel[1], tap % op.kernel[1], :]
        up, down = np.maximum(filters, 0), np.minimum(filters, 0)
        least += _product(op, smallest, up) + _product(op, largest, down)
        most += _product(op, largest, up) + _product(op, smallest, down)
    return Range(*(np.broadcast_to(end, shape) for end in _outputs(op, least, most)))


def _one_output(op: ConvOp) -> ConvOp:
    """A layer's arithmetic at one position without padding, which bounds it everywhere if its input can be anything."""
    return replace(op, batch=1, in_shape=(*op.kernel, op.in_shape[2]), out_shape=(1, 1, op.out_shape[2]), pad=(0, 0),
                   dilation=(1, 1), stride=(1, 1))  # fmt: skip


def _product(op: ConvOp, values: np.ndarray, filters: np.ndarray) -> np.ndarray:
    """One tap's share of all sums; `filters` [1, out_c] of a depthwise layer, else [out_c, group_c]."""
    if op.depthwise:
        return np.repeat(values, op.out_shape[2] // op.in_shape[2], axis=3) * filters[0]
    groups = op.in_shape[2] // filters.shape[1]
    if groups == 1:
        return values @ filters.T
    parts = zip(np.split(values, groups, axis=3), np.split(filters, groups), strict=True)
    return np.concatenate([part @ rows.T for part, rows in parts], axis=3)


def _outputs(op: ConvOp | DenseOp, least: np.ndarray, most: np.ndarray) -> list[np.ndarray]:
    """Outputs of the smallest and the largest sums."""
    multipliers, shifts = (op.multiplier, op.shift) if isinstance(op, DenseOp) else (op.multipliers, op.shifts)
    sums = [ends.astype(np.int64) for ends in (least, most)]
    # a sum that is shifted out of int32 wraps: then anything can come of it
    wraps = np.maximum(np.abs(sums[0]), np.abs(sums[1])) >= (1 << 31) >> np.maximum(shifts, 0)
    return [
        np.where(wraps, limit, np.clip(
            fixedpoint.requantize_array(np.where(wraps, 0, ends), multipliers, shifts) + op.out_zero,
            op.act_min, op.act_max,
        )).astype(np.int16)
        for ends, limit in zip(sums, (op.act_min, op.act_max), strict=True)
    ]  # fmt: skip


def _dense(graph: Graph, node: Node, source: Range) -> Range:
    op = describe_dense(graph, node)
    weights = op.weights.reshape(op.weights.shape[0], -1).astype(np.float64)
    low, high = (ends.reshape(-1, weights.shape[1]).astype(np.float64) for ends in (source.low, source.high))
    up, down = np.maximum(weights, 0).T, np.minimum(weights, 0).T
    ends = _outputs(op, low @ up + high @ down + op.bias, high @ up + low @ down + op.bias)
    return Range(*(end.reshape(graph.output(node).shape) for end in ends))


def _pooled(graph: Graph, node: Node, source: Range) -> Range | None:
    op = describe_pool(graph, node)
    if op.out_shape[0] * op.out_shape[1] > _MOST_WINDOWS:
        return None
    return Range(*(_pool(op, ends.astype(np.int64)) for ends in (source.low, source.high)))


def _pool(op: PoolOp, image: np.ndarray) -> np.ndarray:
    (in_h, in_w, _), (out_h, out_w, channels) = op.in_shape, op.out_shape
    result = np.empty((op.batch, out_h, out_w, channels), np.int64)
    for y in range(out_h):
        rows = slice(max(y * op.stride[0] - op.pad[0], 0), min(y * op.stride[0] - op.pad[0] + op.window[0], in_h))
        for x in range(out_w):
            left = x * op.stride[1] - op.pad[1]
            window = image[:, rows, max(left, 0) : min(left + op.window[1], in_w)]
            if not op.average:
                result[:, y, x] = window.max(axis=(1, 2))
                continue
            total, count = window.sum(axis=(1, 2)), window.shape[1] * window.shape[2]
            # to the nearest, ties away from zero
            result[:, y, x] = np.sign(total) * ((np.abs(total) + count // 2) // count)
    return np.clip(result, op.act_min, op.act_max).astype(np.int16)


def _reduced(graph: Graph, node: Node, source: Range) -> Range | None:
    kernel = reduce(graph, node, Target())
    axes = tuple({int(axis) % source.low.ndim for axis in graph.constant(node, 1).ravel()})
    fields = kernel.config.fields  # the arithmetic that the kernel will do

    def mean(values: np.ndarray) -> np.ndarray:
        sums = values.astype(np.int64).sum(axis=axes) - fields["offset"]
        scaled = fixedpoint.requantize_array(sums, fields["multiplier"], fields["shift"]) + fields["out_zero"]
        return np.clip(scaled, -128, 127).astype(np.int16).reshape(graph.output(node).shape)

    return Range(mean(source.low), mean(source.high))


def _reshaped(graph: Graph, node: Node, source: Range) -> Range:
    shape = graph.output(node).shape
    return Range(source.low.reshape(shape), source.high.reshape(shape))


def _looked_up(graph: Graph, node: Node, source: Range) -> Range:
    table = table_of(graph, node, Target()).astype(np.int16)
    pairs, where = np.unique(
        (source.low.astype(np.int32) + 128) * 256 + source.high + 128, return_inverse=True
    )  # fmt: skip
    parts = [table[pair >> 8 : (pair & 255) + 1] for pair in pairs]
    least, most = (np.array([function(part) for part in parts], np.int16) for function in (np.min, np.max))
    return Range(least[where].reshape(source.low.shape), most[where].reshape(source.low.shape))


_CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
_RULES: dict[str, Callable[[Graph, Node, Range], Range | None]] = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _convolution,
    "FULLY_CONNECTED": _dense,
    "MAX_POOL_2D": _pooled,
    "AVERAGE_POOL_2D": _pooled,
    "MEAN": _reduced,
    "RESHAPE": _reshaped,
    "SQUEEZE": _reshaped,
    "EXPAND_DIMS": _reshaped,
    **dict.fromkeys(LOOKUPS, _looked_up),
}
