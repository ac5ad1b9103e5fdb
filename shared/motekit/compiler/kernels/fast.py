"""Weight layouts and kernels for particular cores. See `plain` for what they fall back on."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .. import fixedpoint
from . import Array, Kernel, Struct, Target, kernel
from .describe import ConvOp, DenseOp, conv_fields, reads_padding
from .zones import with_zones, zone_biases

#: outputs up to which copying a depthwise layer's input does not pay
_FEW_OUTPUTS = 4
#: scratch that a depthwise layer may use for a band of rows, if one row does not need more
_BAND_BYTES = 4096


def pack_pairs(weights: np.ndarray) -> np.ndarray:
    """Weights in the order of nn_pair.h.

    Parameters
    ----------
    weights : int array [out_c, depth]
        Rows of the layer's matrix, values in -127..127.

    Returns
    -------
    int32 array [ceil(out_c / 2), depth4 / 2]
    """
    out_c, depth = weights.shape
    padded = np.zeros((-(-out_c // 2) * 2, -(-depth // 4) * 4), np.int64)
    padded[:out_c, :depth] = weights
    halves = (256 * padded[1::2] + padded[::2]).reshape(len(padded) // 2, -1, 4)
    words = (halves[:, :, [0, 1]] & 0xFFFF) | (halves[:, :, [2, 3]] & 0xFFFF) << 16
    words = np.ascontiguousarray(words.reshape(len(padded) // 2, -1), dtype=np.uint32)
    return words.view(np.int32)


@dataclass(frozen=True, eq=False)
class _Channels:
    """Constants of a layer's output channels, int64 each; `bounds` limits each channel's |sum|."""

    bias: np.ndarray
    multipliers: np.ndarray
    shifts: np.ndarray
    bounds: np.ndarray


def _settled(op: ConvOp, weights: np.ndarray) -> _Channels:
    """Give channels that are constant other constants with the same result, inside the fast kernels' ranges.

    A channel is constant if its weights or its multiplier are 0; converters write any bias and shift
    for such channels. Without weights, multiplier 2^30 and shift -2 divide by 8, so a bias of 8 v gives exactly
    v; a multiplier of 0 gives 0 whatever the sum.
    """
    sums = np.abs(weights.astype(np.int64)).sum(axis=1)
    bias, multipliers, shifts = (v.astype(np.int64) for v in (op.bias, op.multipliers, op.shifts))
    for c in np.flatnonzero((sums == 0) & (multipliers != 0)):
        value = fixedpoint.requantize(int(bias[c]), int(multipliers[c]), int(shifts[c]))
        bias[c], multipliers[c], shifts[c] = 8 * np.clip(value, -512, 512), 1 << 30, -2
    bias[multipliers == 0], shifts[multipliers == 0] = 0, -2
    return _Channels(bias, multipliers, shifts, np.abs(bias) + 128 * sums)


def _sums_fit(channels: _Channels) -> bool:
    """Whether twice each sum is an int32."""
    return bool(channels.bounds.max() < 2**30)


def _shifts_right(channels: _Channels) -> bool:
    """Whether the sums and shifts stay in the ranges of the fast requantization."""
    return _sums_fit(channels) and bool(channels.shifts.max() <= -2 and channels.shifts.min() >= -31)


def _pairs_fit(weights: np.ndarray, channels: _Channels) -> bool:
    """Whether a layer stays in the ranges that nn_pair.h states."""
    sums = np.abs(weights.astype(np.int64)).sum(axis=1) * 128
    return _shifts_right(channels) and bool(sums.max() < 2**23 and weights.min() >= -127)


def _pair_channels(channels: _Channels) -> Array:
    rows = np.stack([channels.bias, channels.multipliers, np.int64(1) << (32 + channels.shifts)], axis=1)
    if len(rows) % 2:
        rows = np.concatenate([rows, np.zeros((1, 3), np.int64)])
    return Array("mk_channel", rows, kind="requantization")


def _plain_channels(channels: _Channels) -> Array:
    rows = np.stack([channels.bias, channels.multipliers, channels.shifts], axis=1)
    return Array("mk_channel", rows, kind="requantization")


def _in_place(op: ConvOp) -> dict[int, None]:
    """The distance of kernels that copy bands before they write them, some channels after the other.

    Only exactly in place: elsewhere the first channels' outputs would destroy the next channels' inputs.
    """
    same = op.in_shape == op.out_shape and op.stride == (1, 1) and op.batch == 1
    # what a band writes must have been copied: its own rows and, below, the filter's reach; with dilation each
    # phase of the outputs must read the same phase of the inputs
    reach = all(
        pad % dilation == 0 and pad // dilation < kernel
        for pad, dilation, kernel in zip(op.pad, op.dilation, op.kernel, strict=True)
    )
    return {op.source: None} if same and reach else {}


def _largest_band(outputs: int, scratch: Callable[[int], int]) -> int:
    band = outputs
    while band > 1 and scratch(band) > _BAND_BYTES:
        band = -(-band // 2)
    return band


def _depth4(weights: np.ndarray) -> int:
    return -(-weights.shape[1] // 4) * 4


def _config(op: ConvOp, weights: Array, constants: Array) -> Struct:
    return Struct("mk_conv", {"weights": weights, "channels": constants, **conv_fields(op)})


def dense_as_conv(op: DenseOp) -> ConvOp:
    """A dense layer as a 1x1 convolution of `rows` images of one pixel."""
    outputs, inputs = op.weights.shape
    return ConvOp(
        source=op.source, result=op.result, depthwise=False, weights=op.weights.reshape(outputs, 1, 1, inputs),
        bias=op.bias, multipliers=np.full(outputs, op.multiplier), shifts=np.full(outputs, op.shift),
        batch=op.rows, in_shape=(1, 1, inputs), out_shape=(1, 1, outputs), kernel=(1, 1), stride=(1, 1),
        dilation=(1, 1), pad=(0, 0), in_zero=0, out_zero=op.out_zero, act_min=op.act_min, act_max=op.act_max,
        bound=op.bound,
    )  # fmt: skip


def copied_distance(op: ConvOp) -> int | None:
    """As `streaming_distance`, for kernels that copy a pixel's inputs before they write its outputs."""
    if op.batch != 1:
        return None
    (_, in_w, in_c), (out_h, out_w, out_c) = op.in_shape, op.out_shape
    rows = np.maximum(np.arange(out_h) * op.stride[0] - op.pad[0], 0)
    columns = np.maximum(np.arange(out_w) * op.stride[1] - op.pad[1], 0)
    first = ((rows[:, None] * in_w + columns[None, :]) * in_c).ravel()
    needed = np.minimum.accumulate(first[::-1])[::-1]
    written = (np.arange(out_h * out_w) + 1) * out_c
    later = written[:-1] - needed[1:]
    return int(later.max()) if len(later) else -int(np.prod(op.in_shape))


def _matrix(op: ConvOp, target: Target, shape: str) -> Kernel | None:
    """Convolution (`shape` "conv"), pointwise convolution or dense layer as products of a matrix with patches."""
    if op.depthwise or op.weights.shape[3] != op.in_shape[2]:
        return None
    weights = op.weights.reshape(op.weights.shape[0], -1)
    out_c, depth = weights.shape
    if max(out_c, depth) > 0xFFFC or op.batch > 0xFFFF:
        return None
    zones = [_settled(replace(op, bias=bias), weights) for bias in zone_biases(op)]
    if target.name == "dsp" and all(_pairs_fit(weights, channels) for channels in zones):
        layout, depth = "pair", _depth4(weights)
        sources = ("pair.c", "patch.c") if shape == "dense" else ("pair.c", "pair_block.c", "patch.c")
        packed = Array(
            "int8_t", np.ascontiguousarray(pack_pairs(weights), dtype="<i4").view(np.int8), kind="weights", align=4
        )
        tables = [_pair_channels(channels) for channels in zones]
        config = _config(op, packed, tables[0])
        scratch = {"dense": 0, "pointwise": 8 * depth, "conv": 12 * depth + 4}[shape]
        extra = ()
    elif target.name in ("dsp", "m0", "mve", "avr"):
        fits = all(channels.shifts.max() <= 0 and channels.bounds.max() < 2**31 for channels in zones)
        if target.name == "mve" and not fits:
            return None
        layout, sources, block = "row", ("row.c", "dot4.c", "patch.c"), 8 if target.name == "mve" else 1
        tables = [_plain_channels(channels) for channels in zones]
        config = _config(op, Array("int8_t", weights, kind="weights"), tables[0])
        scratch = {"dense": 0, "pointwise": block * depth, "conv": block * depth + 4}[shape]
        extra = () if shape == "dense" else (block,)
    else:
        return None
    distance = None if shape == "dense" else copied_distance(op)
    chosen = Kernel(
        function=f"mk_{shape}_s8_{layout}",
        header=f"motekit/nn_{layout}.h",
        sources=(*sources, f"{shape}_s8_{layout}.c"),
        config=config,
        extra=extra,
        inputs=(op.source,),
        outputs=(op.result,),
        scratch=scratch,
        distance={} if distance is None else {op.source: distance},
        macs=op.macs,
        overread=3,
    )
    return with_zones(op, chosen, tables, extra=extra[0] if extra else 0)


@kernel("conv")
def conv(op: ConvOp, target: Target) -> Kernel | None:
    """Convolution and pointwise convolution, also depthwise convolution of a single channel."""
    if op.depthwise and op.in_shape[2] == 1:
        op = replace(op, depthwise=False, weights=np.moveaxis(op.weights, 3, 0))
    pixels = op.batch * op.out_shape[0] * op.out_shape[1]
    if op.is_pointwise and pixels < _FEW_OUTPUTS and op.shares is None:
        # too few for a block: as a dense layer, which copies nothing
        line = (1, 1)
        op = replace(op, batch=pixels, in_shape=(*line, op.in_shape[2]), out_shape=(*line, op.out_shape[2]))
        return _matrix(op, target, "dense")
    return _matrix(op, target, "pointwise" if op.is_pointwise else "conv")


@kernel("dense")
def dense(op: DenseOp, target: Target) -> Kernel | None:
    """Fully connected layer."""
    return _matrix(dense_as_conv(op), target, "dense")


def _inside(op: ConvOp) -> bool:
    """Whether every window lies inside the image."""
    return op.pad == (0, 0) and not reads_padding(op)


def _with_slack(weights: np.ndarray, slack: int) -> Array:
    """Weights followed by zeros that vectors may read."""
    return Array("int8_t", np.concatenate([weights.ravel(), np.zeros(slack, np.int8)]), kind="weights")


@kernel("conv")
def depthwise_quad(op: ConvOp, target: Target) -> Kernel | None:
    """Depthwise convolution of a few outputs, without copies."""
    in_c, (out_h, out_w, out_c) = op.in_shape[2], op.out_shape
    if (
        target.name not in ("dsp", "m0")
        or not op.depthwise
        or in_c != out_c
        or out_h * out_w > _FEW_OUTPUTS
        or not _inside(op)
    ):
        return None
    constants = _settled(op, op.weights.reshape(-1, out_c).T)
    if not _sums_fit(constants):
        return None
    return Kernel(
        function="mk_depthwise_s8_quad",
        header="motekit/nn_quad.h",
        sources=("depthwise_s8_quad.c",),
        config=_config(op, _with_slack(op.weights, -out_c % 4), _plain_channels(constants)),
        inputs=(op.source,),
        outputs=(op.result,),
        overread=3,
        macs=op.macs,
    )


@kernel("conv")
def depthwise_lanes(op: ConvOp, target: Target) -> Kernel | None:
    """Depthwise convolution with Helium."""
    in_c, (out_h, out_w, out_c) = op.in_shape[2], op.out_shape
    if target.name != "mve" or not op.depthwise or in_c != out_c or op.dilation != (1, 1) or min(op.pad) < 0:
        return None
    constants = _settled(op, op.weights.reshape(-1, out_c).T)
    if constants.shifts.max() > 0 or constants.bounds.max() >= 2**31 or op.weights.min() < -127:
        return None
    columns = (out_w - 1) * op.stride[1] + op.kernel[1]
    if op.pad[1] > columns:  # a stride that skips the whole image
        return None

    def scratch(band: int) -> int:
        return 16 * (op.kernel[0] * op.kernel[1] + columns * ((band - 1) * op.stride[0] + op.kernel[0]))

    direct = _inside(op)
    band = 0 if direct else _largest_band(out_h, scratch)
    return Kernel(
        function="mk_depthwise_s8_lanes",
        header="motekit/nn_lanes.h",
        sources=("depthwise_s8_lanes.c",),
        config=_config(op, _with_slack(op.weights, -out_c % 8 if direct else 0), _plain_channels(constants)),
        extra=(band,),
        inputs=(op.source,),
        outputs=(op.result,),
        scratch=16 if direct else scratch(band),  # 16: the argument is there, nothing uses it
        distance={} if direct else _in_place(op),
        overread=7,
        macs=op.macs,
    )


@kernel("conv")
def depthwise_plane(op: ConvOp, target: Target) -> Kernel | None:
    """Depthwise convolution through planes."""
    out_h, out_w, out_c = op.out_shape
    if target.name not in ("dsp", "m0", "mve") or not op.depthwise or min(op.pad) < 0:
        return None
    if any(stride > 1 and dilation > 1 for stride, dilation in zip(op.stride, op.dilation, strict=True)):
        return None
    constants = _settled(op, op.weights.reshape(-1, out_c).T)
    if not _sums_fit(constants):
        return None
    # rows of a plane are loaded by pairs and computed by fours: the longer side, and the filter's, along them
    transpose = op.kernel[0] > op.kernel[1] or (op.kernel[0] == op.kernel[1] and out_h > out_w)
    along, across = (0, 1) if transpose else (1, 0)
    # of the largest phase of a dilation
    outputs = [-(-size // dilation) for size, dilation in zip((out_h, out_w), op.dilation, strict=True)]
    width = ((outputs[along] - 1) * op.stride[along] + op.kernel[along] + 2) & ~1
    smallest = (op.out_shape[along] // op.dilation[along] or 1) + op.kernel[along] - 1
    if -(-op.pad[along] // op.dilation[along]) > (width if op.dilation[along] == 1 else smallest):
        return None  # a stride or a dilation that skips the whole image

    def scratch(band: int) -> int:
        rows = (band - 1) * op.stride[across] + op.kernel[across]
        return 4 * op.kernel[0] * op.kernel[1] + 8 * width * rows

    band = _largest_band(outputs[across], scratch)
    return Kernel(
        function="mk_depthwise_s8_plane",
        header="motekit/nn_plane.h",
        sources=("depthwise_s8_plane.c",),
        config=_config(op, Array("int8_t", op.weights, kind="weights"), _plain_channels(constants)),
        extra=(Struct("mk_plane", {"band": band, "transpose": int(transpose)}),),
        inputs=(op.source,),
        outputs=(op.result,),
        scratch=scratch(band),
        distance=_in_place(op),
        overread=3,
        macs=op.macs,
    )
