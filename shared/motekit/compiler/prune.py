"""Removes channels that cannot matter, keeping every bit of the output.

A channel can go if each reader ignores it (its weights are zero) or can do with its constant value
(folded into the reader's bias). Layers that treat channels separately (depthwise, pooling, lookups,
sums) carry the same set of channels through. What is left is a smaller network of the same layers.

At borders a convolution reads its padding instead of the channel, and a channel that does not depend
on the input may still be another number at the borders than inside. What such channels add to a
convolution depends on the place: they are folded into a bias for each zone of the image (corners, edges,
inside) where that saves more than it costs; elsewhere they stay.
"""

from dataclasses import dataclass

import numpy as np

from . import fixedpoint
from .ir import Graph, Node, Quantization, Tensor
from .kernels.describe import reads_padding
from .kernels.zones import zones_of
from .ops.conv import describe
from .ops.unary import LOOKUPS
from .ranges import Range, channels_of, ranges, taps

_POOLS = ("MAX_POOL_2D", "AVERAGE_POOL_2D")
_SUMS = ("ADD", "SUB", "MUL")
_RENAMES = ("RESHAPE", "SQUEEZE", "EXPAND_DIMS")


@dataclass
class _State:
    graph: Graph
    known: dict[int, Range]
    #: channels that must stay, by tensor (bool [channels])
    keep: dict[int, np.ndarray]
    #: convolutions (by identity) that keep the channels whose share depends on the place
    refused: set[int]
    changed: bool = False

    def require(self, number: int, channels: np.ndarray) -> None:
        """Mark channels as needed."""
        if np.any(channels & ~self.keep[number]):
            self.keep[number] = self.keep[number] | channels
            self.changed = True


def prune(graph: Graph, *, zones: bool = True) -> bool:
    """Remove dead channels from a graph, in place.

    Parameters
    ----------
    graph : Graph
        Its int8 layers are checked on the way.
    zones : bool
        Whether convolutions may have a bias for each zone of the image.

    Returns
    -------
    bool
        Whether anything was removed.
    """
    known = ranges(graph)
    layers = [node for node in graph.nodes if node.op == "CONV_2D" and node.inputs[0] in known]
    refused = set() if zones else {id(node) for node in layers}
    while True:
        state = _needed(graph, known, refused)
        dear = {id(node) for node in layers if id(node) not in refused and not _zones_pay(state, node)}
        if not dear:
            break
        refused |= dear
    if not any(number in known and not state.keep[number].all() for node in graph.nodes for number in node.outputs):
        return False
    _apply(state)
    return True


def _needed(graph: Graph, known: dict[int, Range], refused: set[int]) -> _State:
    """Which channels must stay if the refused layers have one bias for the whole image."""
    keep = {number: np.zeros(channels_of(graph.tensors[number].shape), bool) for number in known}
    state = _State(graph, known, keep, refused)
    for number in (*graph.inputs, *graph.outputs):
        if number in keep:
            state.require(number, np.ones_like(keep[number]))
    state.changed = True
    while state.changed:
        state.changed = False
        for node in reversed(graph.nodes):
            _visit(state, node)
    return state


def _visit(state: _State, node: Node) -> None:
    """Say which input channels a node needs, and which outputs it cannot drop."""
    graph, keep = state.graph, state.keep
    source, result = node.inputs[0] if node.inputs else -1, node.outputs[0] if node.outputs else -1
    simple = len(node.outputs) == 1 and source in keep and result in keep
    if simple and not keep[result].any():
        # a tensor of no channels cannot be written down; one stays
        first = np.zeros_like(keep[result])
        first[0] = True
        state.require(result, first)
    if simple and _is_matrix_layer(graph, node):
        state.require(source, _needed_by_matrix(state, node))
    elif simple and _multiplier(graph, node):
        per_input = keep[result].reshape(-1, _multiplier(graph, node))
        state.require(source, per_input.any(axis=1))
        state.require(result, np.repeat(keep[source], _multiplier(graph, node)))
    elif simple and _is_channelwise(graph, node):
        operands = [number for number in node.inputs if number in keep and _carries(graph, node, number)]
        for number in operands:
            state.require(number, keep[result])
            state.require(result, keep[number])
    elif simple and node.op in _RENAMES and _repeats(graph, node):
        repeats = _repeats(graph, node)
        state.require(source, keep[result].reshape(repeats, -1).any(axis=0))
        state.require(result, np.tile(keep[source], repeats))
    else:
        for number in (*node.inputs, *node.outputs):
            if number in keep:
                state.require(number, np.ones_like(keep[number]))


def _is_matrix_layer(graph: Graph, node: Node) -> bool:
    """A layer each of whose outputs sums over all input channels."""
    if any(graph.optional_input(node, i) is not None and graph.input(node, i).data is None for i in (1, 2)):
        return False
    if node.op == "CONV_2D":
        return graph.input(node, 1).shape[3] == graph.input(node, 0).shape[3]
    # rows of a dense layer must be the last axis, or its weights do not line up with channels
    return node.op == "FULLY_CONNECTED" and graph.input(node, 1).shape[1] == channels_of(graph.input(node, 0).shape)


def _needed_by_matrix(state: _State, node: Node) -> np.ndarray:
    graph = state.graph
    weights = graph.constant(node, 1)
    live = weights[state.keep[node.outputs[0]]]
    if node.op == "FULLY_CONNECTED":
        zero_points = graph.input(node, 1).quantized.zero_points
        if np.any(zero_points != 0):
            return np.ones(weights.shape[1], bool)
    used = live.reshape(-1, live.shape[-1]).any(axis=0)
    return used & ~_foldable(state, node)


def _foldable(state: _State, node: Node) -> np.ndarray:
    """Input channels whose share can go into the bias, or into the biases of zones."""
    source = state.known[node.inputs[0]]
    zoned = node.op == "CONV_2D" and id(node) not in state.refused and source.low.shape[0] == 1
    return source.static if zoned else _foldable_everywhere(state, node)


def _foldable_everywhere(state: _State, node: Node) -> np.ndarray:
    """Input channels whose share is the same for every output."""
    graph, source = state.graph, state.known[node.inputs[0]]
    foldable = source.constant
    if node.op == "CONV_2D":
        op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
        if reads_padding(op):
            foldable = foldable & (source.values == op.in_zero)
    return foldable


def _shares(state: _State, node: Node) -> np.ndarray:
    """What the channels that go add to each sum of a convolution: int64 [out_h, out_w, outputs that stay].

    Relative to an input of zero points, which is what the bias has folded in and what padding reads as.
    """
    graph = state.graph
    op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
    gone = ~state.keep[node.inputs[0]] & _foldable(state, node)
    weights = op.weights[state.keep[node.outputs[0]]][..., gone].astype(np.float64)
    values = state.known[node.inputs[0]].low[:1, :, :, gone].astype(np.float64) - op.in_zero
    shares = np.zeros((*op.out_shape[:2], len(weights)))
    if gone.any():
        for tap, view in enumerate(taps(op, values, 0.0)):
            shares += view[0] @ weights[:, tap // op.kernel[1], tap % op.kernel[1]].T
    return shares.astype(np.int64)


#: instructions: a call of a kernel, a product in a block of pixels, a product of a pixel alone
_CALL, _PRODUCT, _LONELY_PRODUCT = 200, 1.3, 2.4
#: bytes: the code that walks over zones, constants of a channel
_ZONE_CODE, _CHANNEL = 500, 12
_BLOCK = 4


def _zones_pay(state: _State, node: Node) -> bool:
    """Whether a convolution's zones save more instructions and more flash than they cost."""
    if not _is_matrix_layer(state.graph, node) or node.inputs[0] not in state.keep:
        return True
    shares = _shares(state, node)
    if np.all(shares == shares[:1, :1]):
        return True
    graph = state.graph
    op = describe(graph, node, graph.input(node, 0), graph.input(node, 1), graph.output(node))
    zones = zones_of(shares)
    area, outputs = op.kernel[0] * op.kernel[1], shares.shape[2]
    depth = area * int(state.keep[node.inputs[0]].sum())
    single = len(zones.columns) == 1
    calls = len(zones.rows) if single else op.out_shape[0] * len(zones.columns)
    lonely = sum(count % _BLOCK for count, _ in zones.columns) * op.out_shape[0] * (not single)
    time = calls * _CALL + lonely * depth * outputs * (_LONELY_PRODUCT - _PRODUCT)
    flash = _ZONE_CODE + (zones.biases.shape[0] * zones.biases.shape[1] - 1) * outputs * _CHANNEL
    removed = ~state.keep[node.inputs[0]] & ~_foldable_everywhere(state, node)
    count = int(removed.sum())
    made_time, made_flash = _cost_of_channel(state, node.inputs[0])
    saved_time = count * (op.out_shape[0] * op.out_shape[1] * area * outputs * _PRODUCT + made_time)
    saved_flash = count * (area * outputs + made_flash)
    return saved_time > time and saved_flash > flash


def _cost_of_channel(state: _State, number: int) -> tuple[float, float]:
    """Instructions and bytes of flash that one channel of a tensor costs the layers that make it."""
    graph, time, flash = state.graph, 0.0, 0.0
    producers = graph.producers()
    while (node := producers.get(number)) is not None and node.inputs[0] in state.keep:
        outputs = graph.tensors[number].elements / channels_of(graph.tensors[number].shape)
        if _is_matrix_layer(graph, node):
            weights = graph.input(node, 1)
            depth = weights.elements / weights.shape[0] * float(state.keep[node.inputs[0]].mean())
            return time + outputs * depth * _PRODUCT, flash + depth + _CHANNEL
        if _multiplier(graph, node) == 1:
            area = graph.input(node, 1).shape[1] * graph.input(node, 1).shape[2]
            time, flash = time + outputs * area * _LONELY_PRODUCT, flash + area + _CHANNEL
        elif not _is_channelwise(graph, node) or node.op in _SUMS:
            break
        number = node.inputs[0]
    return time, flash


def _multiplier(graph: Graph, node: Node) -> int:
    """Outputs per input channel of a depthwise convolution, 0 for anything else."""
    if node.op != "DEPTHWISE_CONV_2D":
        return 0
    if any(graph.optional_input(node, i) is not None and graph.input(node, i).data is None for i in (1, 2)):
        return 0
    return graph.output(node).shape[3] // graph.input(node, 0).shape[3]


def _is_channelwise(graph: Graph, node: Node) -> bool:
    if node.op in _POOLS or node.op in LOOKUPS:
        return True
    if node.op in _SUMS:
        return all(
            graph.tensors[number].shape == graph.output(node).shape or graph.tensors[number].shape[-1:] in ((1,), ())
            for number in node.inputs[:2]
        ) and any(_carries(graph, node, number) for number in node.inputs[:2])
    if node.op == "MEAN":
        source, result = graph.input(node, 0), graph.output(node)
        if (
            graph.input(node, 1).data is None
            or not source.shape
            or channels_of(source.shape) != channels_of(result.shape)
        ):
            return False
        rank = len(source.shape)
        return all(int(axis) % rank != rank - 1 for axis in graph.constant(node, 1).ravel())
    return False


def _carries(graph: Graph, node: Node, number: int) -> bool:
    """Whether an operand has the output's channels (not a scalar broadcast over them)."""
    return channels_of(graph.tensors[number].shape) == channels_of(graph.output(node).shape)


def _repeats(graph: Graph, node: Node) -> int:
    """How often a flattened tensor repeats its channels, 0 if channels are not kept together."""
    before, after = channels_of(graph.input(node, 0).shape), channels_of(graph.output(node).shape)
    return after // before if after % before == 0 else 0


def _apply(state: _State) -> None:
    graph, keep = state.graph, state.keep
    matrices = [node for node in graph.nodes if _is_matrix_layer(graph, node) and node.inputs[0] in keep]
    depthwise = [node for node in graph.nodes if _multiplier(graph, node) and node.inputs[0] in keep]
    sums = [node for node in graph.nodes if node.op in _SUMS and node.outputs[0] in keep]
    for node in matrices:
        _shrink_matrix(state, node)
    for node in depthwise:
        _shrink_depthwise(state, node)
    for node in sums:
        for position, number in enumerate(node.inputs[:2]):
            if number in keep and graph.tensors[number].data is not None and _carries(graph, node, number):
                _replace(graph, node, position, graph.constant(node, position)[..., keep[node.outputs[0]]])
    for node in graph.nodes:
        for number in node.outputs:
            if number in keep and not keep[number].all():
                tensor = graph.tensors[number]
                tensor.shape = (*tensor.shape[:-1], int(keep[number].sum()))


def _shrink_matrix(state: _State, node: Node) -> None:
    graph = state.graph
    outputs, inputs = state.keep[node.outputs[0]], state.keep[node.inputs[0]]
    if outputs.all() and inputs.all():
        return
    weights = graph.constant(node, 1)[outputs]
    bias = _bias(graph, node)[outputs]
    if node.op == "CONV_2D":
        shares = _shares(state, node)
        zones = zones_of(shares)
        bias = bias + zones.base
        if zones.biases.any():
            node.options = {**node.options, "shares": shares - zones.base}
    else:
        source = graph.input(node, 0)
        gone = ~inputs & _foldable(state, node)
        offsets = np.where(gone, state.known[node.inputs[0]].values - np.int64(source.zero_point), 0)
        bias = bias + weights.astype(np.int64) @ offsets
    _replace(graph, node, 1, np.ascontiguousarray(weights[..., inputs]), outputs, axis=0)
    _replace_bias(graph, node, bias)


def _shrink_depthwise(state: _State, node: Node) -> None:
    graph = state.graph
    outputs = state.keep[node.outputs[0]]
    if outputs.all():
        return
    bias = _bias(graph, node)[outputs]
    _replace(graph, node, 1, np.ascontiguousarray(graph.constant(node, 1)[..., outputs]), outputs, axis=3)
    _replace_bias(graph, node, bias)


def _bias(graph: Graph, node: Node) -> np.ndarray:
    if graph.optional_input(node, 2) is None:
        return np.zeros(channels_of(graph.output(node).shape), np.int64)
    return graph.constant(node, 2).astype(np.int64)


def _replace(
    graph: Graph, node: Node, position: int, data: np.ndarray, kept: np.ndarray | None = None, axis: int = 0
) -> None:
    """Give a node a smaller constant of its own (the original may have other readers)."""
    old = graph.input(node, position)
    quantization = old.quantization
    if quantization is not None and kept is not None and quantization.scales.size == kept.size > 1:
        quantization = Quantization(quantization.scales[kept], quantization.zero_points[kept], axis)
    node.inputs[position] = graph.add(Tensor(old.name, old.dtype, data.shape, quantization, data))


def _replace_bias(graph: Graph, node: Node, bias: np.ndarray) -> None:
    if np.any(np.abs(bias) > fixedpoint.INT32_MAX):
        raise AssertionError("a folded bias left int32 although the layer's sums do not")
    data = bias.astype(np.int32)
    old = graph.optional_input(node, 2)
    number = graph.add(Tensor(old.name if old else "folded bias", "int32", data.shape, None, data))
    node.inputs[:] = [*node.inputs[:2], *([] if len(node.inputs) > 2 else [number])]
    node.inputs[2:] = [number]
