"""Structured pruning: whole channels leave a Keras network, and everything that touches them shrinks with them.

A channel is followed through the network by a number. Convolutions and dense layers give their outputs new
numbers; batch normalisation, activations, pooling and depthwise convolutions hand numbers on; a sum makes the
numbers of its operands one; flattening repeats them. Channels that came to share a number can only go together.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ConfigError
from .network import Call, Network, copy

if TYPE_CHECKING:
    import keras

_MAKERS = ("Conv1D", "Conv2D", "Dense")
_DEPTHWISE = ("DepthwiseConv1D", "DepthwiseConv2D")
_SUMS = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")
_PASS = (
    "ReLU", "LeakyReLU", "Activation", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise",
    "MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D", "GlobalAveragePooling1D",
    "GlobalAveragePooling2D", "GlobalMaxPooling1D", "GlobalMaxPooling2D", "ZeroPadding1D", "ZeroPadding2D",
    "UpSampling1D", "UpSampling2D", "Cropping1D", "Cropping2D", "Relu", "Relu6",
)  # fmt: skip
#: functions of one number that leave 0 as it is
_KEEP_ZERO = ("linear", "relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "swish", "tanh", "hard_swish",
              "hard_silu", "softsign")  # fmt: skip
CRITERIA = ("l1", "bn")


@dataclass
class _Channels:
    """Numbers of channels, and which of them are one."""

    parent: list[int] = field(default_factory=list)
    frozen: set[int] = field(default_factory=set)

    def new(self, count: int) -> np.ndarray:
        """Numbers never given before."""
        start = len(self.parent)
        self.parent += range(start, start + count)
        return np.arange(start, start + count)

    def root(self, number: int) -> int:
        """The number that stands for all that are one with it."""
        while self.parent[number] != number:
            self.parent[number] = number = self.parent[self.parent[number]]
        return number

    def join(self, one: np.ndarray, other: np.ndarray) -> None:
        """Make channels one, pair by pair."""
        for a, b in zip(one, other, strict=True):
            a, b = self.root(int(a)), self.root(int(b))
            self.parent[max(a, b)] = min(a, b)

    def freeze(self, numbers: np.ndarray) -> None:
        """These must stay."""
        self.frozen.update(int(n) for n in numbers)


class _Flow:
    """Where each channel of a network goes.

    Attributes
    ----------
    of : dict of str to ndarray
        Channel numbers of each call's output, along its last axis.
    """

    def __init__(self, network: Network) -> None:
        self.network, self.channels = network, _Channels()
        self.of: dict[str, np.ndarray] = {}
        for call in network.calls:
            self.of[call.name] = self._follow(call)
        for name in network.outputs:
            self.channels.freeze(self.of[name])

    def _follow(self, call: Call) -> np.ndarray:
        given = [self.of[name] for name in call.inputs]
        width = _width(call)
        if call.kind in _MAKERS and getattr(call.layer, "groups", 1) == 1:
            return self.channels.new(width)
        if call.kind in _DEPTHWISE:
            return np.repeat(given[0], call.layer.depth_multiplier)
        if call.kind in (*_PASS, "PReLU", "BatchNormalization") and len(given) == 1 and self._by_channel(call):
            return given[0]
        if call.kind in _SUMS and all(len(numbers) == width for numbers in given):
            for other in given[1:]:
                self.channels.join(given[0], other)
            return given[0]
        if call.kind == "Concatenate" and call.layer.axis in (-1, len(call.layer.output.shape) - 1):
            return np.concatenate(given)
        if call.kind == "Flatten":
            return np.tile(given[0], width // len(given[0]))
        # whatever this is: its channels and those it reads stay as they are
        for numbers in given:
            self.channels.freeze(numbers)
        numbers = self.channels.new(width)
        self.channels.freeze(numbers)
        return numbers

    @staticmethod
    def _by_channel(call: Call) -> bool:
        """Whether a call does the same whatever stands in the other channels."""
        if call.kind == "BatchNormalization":
            return call.layer.axis in (-1, len(call.layer.output.shape) - 1)
        if call.kind == "Activation":
            return _function(call) not in ("softmax", "log_softmax", "glu")
        return True

    def roots(self, name: str) -> np.ndarray:
        """Channels of a call's output, each by the number that stands for its class."""
        return np.array([self.channels.root(int(n)) for n in self.of[name]], int)

    def frozen(self) -> set[int]:
        return {self.channels.root(n) for n in self.channels.frozen}


def prune(
    model: "keras.Model",
    share: float,
    *,
    criterion: str = "l1",
    multiple: int = 1,
    spare: Collection[str] = (),
) -> "keras.Model":
    """Remove the least important channels of every layer; train the result on for a while.

    Parameters
    ----------
    model : keras.Model
        Functional or sequential.
    share : float
        Share of each group of coupled channels to remove, 0 to below 1. At least one channel stays.
    criterion : {"l1", "bn"}
        What a channel is worth: "l1", the mean magnitude of the weights that make it, with batch normalisation
        folded in (Li et al., "Pruning Filters for Efficient ConvNets"); "bn", the magnitude of its scale in batch
        normalisation (Liu et al., "Learning Efficient Convolutional Networks through Network Slimming"), and "l1"
        where there is none. Channels that a sum couples are worth what their makers give them together.
    multiple : int
        Keep a multiple of so many channels: fast kernels work on 4 at a time. Rounded up.
    spare : collection of str
        Names of layers whose output channels stay.

    Returns
    -------
    keras.Model
        New layers of the same names; the weights that stay are the old ones.

    Raises
    ------
    ConfigError
        If an argument is out of range, a name in `spare` is no layer's, or the model cannot be taken apart.

    Notes
    -----
    What the model's outputs show, and what layers of unknown kinds touch, stays.
    """
    if not 0 <= share < 1:
        raise ConfigError(f"share is {share}. Choose from 0 to below 1.")
    if multiple < 1:
        raise ConfigError(f"multiple is {multiple}. Choose 1 or more.")
    if criterion not in CRITERIA:
        raise ConfigError(f"there is no criterion {criterion!r}. Choose one of: {', '.join(CRITERIA)}.")
    network = Network.read(model)
    if strange := sorted(set(spare) - {call.name for call in network.calls}):
        raise ConfigError(f"the model has no layer {strange[0]!r}. Give names of its layers.")
    flow = _Flow(network)
    for name in spare:
        flow.channels.freeze(flow.of[name])
    removed: set[int] = set()
    for group in _groups(flow, criterion):
        # as many as the share says, but never to a number of channels that fills no kernel's registers
        keep = -(-max(1, len(group) - int(share * len(group))) // multiple) * multiple
        ordered = sorted(group, key=group.get)
        removed.update(ordered[: max(0, len(group) - keep)])
    return _without(flow, removed)


def remove_dead(model: "keras.Model") -> "keras.Model":
    """Remove the channels that are 0 whatever the input, wherever they are read: the outputs stay what they are.

    Training with weight decay or an L1 term on batch normalisation's scales leaves such channels behind.
    """
    network = Network.read(model)
    flow = _Flow(network)
    zero: dict[str, np.ndarray] = {}
    alive: set[int] = set()
    for call in network.calls:
        zero[call.name] = _zeros(call, [zero[name] for name in call.inputs])
        if call.kind in _MAKERS:
            alive.update(flow.roots(call.inputs[0])[~zero[call.inputs[0]]].tolist())
    frozen = flow.frozen()
    classes = {int(n) for call in network.calls for n in flow.roots(call.name)}
    removed = classes - alive - frozen
    for group in _groups(flow, "l1"):
        if group.keys() <= removed:
            # a layer of no channels does not exist
            removed.discard(max(group))
    return _without(flow, removed)


def cost(model: "keras.Model") -> dict[str, int]:
    """Parameters, and multiply-accumulates of one inference, of convolutions and dense layers."""
    macs = 0
    for call in Network.read(model).calls:
        if call.kind in (*_MAKERS, *_DEPTHWISE):
            shape = call.layer.output.shape[1:]
            # one use of the kernel a position
            macs += int(np.prod(shape[:-1], dtype=np.int64)) * int(np.prod(call.layer.kernel.shape, dtype=np.int64))
    return {"parameters": int(model.count_params()), "macs": macs}


def _groups(flow: _Flow, criterion: str) -> Iterator[dict[int, float]]:
    """Channels that may go, with what they are worth, in groups that the same layers make."""
    frozen, worth, makers = flow.frozen(), {}, {}
    norms = {call.inputs[0]: call.layer for call in flow.network.calls if call.kind == "BatchNormalization"}
    for call in flow.network.calls:
        if call.kind not in _MAKERS or getattr(call.layer, "groups", 1) != 1:
            continue
        for number, value in zip(flow.roots(call.name), _worth(call, norms.get(call.name), criterion), strict=True):
            if number not in frozen:
                worth[int(number)] = worth.get(int(number), 0.0) + float(value)
                makers.setdefault(int(number), []).append(call.name)
    groups: dict[tuple[str, ...], dict[int, float]] = {}
    for number, value in worth.items():
        groups.setdefault(tuple(makers[number]), {})[number] = value
    yield from groups.values()


def _worth(call: Call, norm: Any, criterion: str) -> np.ndarray:
    """What a layer gives each of its output channels, in shares of its mean, so that layers can be added up."""
    kernel = np.abs(np.asarray(call.layer.kernel, np.float64))
    value = kernel.reshape(-1, kernel.shape[-1]).mean(0)
    if norm is not None and norm.scale:
        scale = np.abs(np.asarray(norm.gamma, np.float64))
        value = scale if criterion == "bn" else value * scale / np.sqrt(np.asarray(norm.moving_variance) + norm.epsilon)
    return value / max(value.mean(), 1e-30)


def _zeros(call: Call, given: list[np.ndarray]) -> np.ndarray:
    """Which channels of a call's output are 0 whatever the model's input, from which of its operands' are."""
    layer, width = call.layer, _width(call)
    if call.kind in _MAKERS:
        kernel = np.asarray(layer.kernel)
        # rows of a channel that is always 0 add nothing
        used = kernel if getattr(layer, "groups", 1) != 1 else kernel[..., ~given[0], :]
        return ~used.reshape(-1, width).any(0) & _silent(layer.bias if layer.use_bias else None) & _zero_kept(call)
    if call.kind in _DEPTHWISE:
        empty = ~np.asarray(layer.kernel).reshape(-1, width).any(0)
        bias = _silent(layer.bias if layer.use_bias else None)
        return (empty | np.repeat(given[0], layer.depth_multiplier)) & bias & _zero_kept(call)
    if call.kind == "BatchNormalization":
        factor = (np.asarray(layer.gamma) if layer.scale else 1.0) / np.sqrt(
            np.asarray(layer.moving_variance) + layer.epsilon
        )
        shift = (np.asarray(layer.beta) if layer.center else 0.0) - np.asarray(layer.moving_mean) * factor
        return (given[0] | (factor == 0)) & (np.broadcast_to(shift, width) == 0)
    if call.kind in ("Multiply",) and all(len(zero) == width for zero in given):
        return np.logical_or.reduce(given)
    if call.kind in _SUMS and all(len(zero) == width for zero in given):
        return np.logical_and.reduce(given)
    if call.kind == "Concatenate" and sum(len(zero) for zero in given) == width:
        return np.concatenate(given)
    if call.kind == "Flatten":
        return np.tile(given[0], width // len(given[0]))
    if call.kind in (*_PASS, "PReLU") and _zero_kept(call):
        return given[0]
    return np.zeros(width, bool)


def _silent(bias: Any) -> np.ndarray | bool:
    return True if bias is None else np.asarray(bias) == 0


def _function(call: Call) -> str:
    function = getattr(call.layer, "activation", None)
    return "linear" if function is None else getattr(function, "__name__", str(function))


def _zero_kept(call: Call) -> bool:
    return _function(call) in _KEEP_ZERO


def _width(call: Call) -> int:
    return int(call.layer.output.shape[-1])


def _without(flow: _Flow, removed: set[int]) -> "keras.Model":
    """The network rebuilt without the channels of some classes."""
    kept = {call.name: ~np.isin(flow.roots(call.name), list(removed)) for call in flow.network.calls}

    def replace(call: Call, values: dict[str, Any]) -> Any:
        if call.kind == "InputLayer":
            return values[call.name]
        out = kept[call.name]
        config = call.layer.get_config() if hasattr(call.layer, "get_config") else {}
        if call.kind in ("Conv1D", "Conv2D") and not out.all():
            made = type(call.layer).from_config({**config, "filters": int(out.sum())})
        elif call.kind == "Dense" and not out.all():
            made = type(call.layer).from_config({**config, "units": int(out.sum())})
        else:
            made = copy(call.layer)
        result = call.apply(made, values)
        if weights := getattr(call.layer, "weights", None):
            into = kept[call.inputs[0]]
            made.set_weights([_cut(call, w.name, np.asarray(w), into, out) for w in weights])
        return result

    return flow.network.build(replace)


def _cut(call: Call, name: str, values: np.ndarray, into: np.ndarray, out: np.ndarray) -> np.ndarray:
    """A layer's weight without the channels that are gone."""
    if call.kind in _DEPTHWISE and name == "kernel":
        return values[..., into, :]
    if call.kind in _MAKERS and name == "kernel":
        return (values if getattr(call.layer, "groups", 1) != 1 else values[..., into, :])[..., out]
    return values[..., out] if values.ndim and values.shape[-1] == len(out) else values
