"""Weight layouts and kernels for particular cores. See `plain` for what they fall back on."""

import numpy as np

from . import Array, Kernel, Struct, Target, channels, kernel
from .describe import ConvOp, DenseOp, conv_fields

_PLANE_BYTES = 4096


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
    return words.astype(np.uint32).view(np.int32).reshape(len(padded) // 2, -1)


def _pairs_fit(weights: np.ndarray, bound: int, shifts: np.ndarray) -> bool:
    """Whether the sums and shifts stay in the ranges that nn_pair.h states."""
    sums = np.abs(weights.astype(np.int64)).sum(axis=1) * 128
    return bool(
        bound < 2**30
        and sums.max() < 2**23
        and weights.min() >= -127
        and shifts.max() <= -2
        and shifts.min() >= -31
    )


def _pair_channels(bias: np.ndarray, multipliers: np.ndarray, shifts: np.ndarray) -> Array:
    rows = np.stack([bias, multipliers, np.int64(1) << (32 + shifts.astype(np.int64))], axis=1).astype(
        np.int64
    )
    if len(rows) % 2:
        rows = np.concatenate([rows, np.zeros((1, 3), np.int64)])
    return Array("mk_pair_channel", rows, kind="requantization")


def _depth4(weights: np.ndarray) -> int:
    return -(-weights.shape[1] // 4) * 4


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


@kernel("conv")
def conv_pair(op: ConvOp, target: Target) -> Kernel | None:
    """Convolution and pointwise convolution with the DSP extension."""
    if target.name != "dsp" or op.depthwise or op.weights.shape[3] != op.in_shape[2]:
        return None
    weights = op.weights.reshape(op.weights.shape[0], -1)
    if not _pairs_fit(weights, op.bound, op.shifts) or _depth4(weights) > 0xFFFC:
        return None
    depth4 = _depth4(weights)
    config = Struct(
        "mk_conv_pair",
        {
            "weights": Array("int32_t", pack_pairs(weights), kind="weights"),
            "channels": _pair_channels(op.bias, op.multipliers, op.shifts),
            **conv_fields(op),
            "depth4": depth4,
        },
    )
    distance = copied_distance(op)
    return Kernel(
        function="mk_pointwise_s8_pair" if op.is_pointwise else "mk_conv_s8_pair",
        header="motekit/nn_pair.h",
        sources=("pair.c", "pair_block.c", "pointwise_s8_pair.c" if op.is_pointwise else "conv_s8_pair.c"),
        config=config,
        inputs=(op.source,),
        outputs=(op.result,),
        scratch=(8 if op.is_pointwise else 12) * depth4,
        distance={} if distance is None else {op.source: distance},
        macs=op.macs,
    )


@kernel("conv")
def depthwise3x3(op: ConvOp, target: Target) -> Kernel | None:
    """Depthwise 3x3 through planes."""
    (in_h, in_w, in_c), (out_h, out_w, out_c) = op.in_shape, op.out_shape
    if (
        target.name != "dsp"
        or not op.depthwise
        or in_c != out_c
        or op.kernel != (3, 3)
        or op.dilation != (1, 1)
        or max(op.stride) > 2
        or min(op.pad) < 0
        or max(op.pad) > 2
        or op.bound >= 2**30
        or op.shifts.max() > -2
        or op.shifts.min() < -31
        or out_h * out_w < 4
    ):
        return None
    transpose = out_h > out_w
    along, across = ((out_h, op.stride[0]), (out_w, op.stride[1])) if transpose else (
        (out_w, op.stride[1]), (out_h, op.stride[0]))  # fmt: skip
    width = ((along[0] - 1) * along[1] + 5) & ~1

    def scratch(band: int) -> int:
        return 8 * width * ((band - 1) * across[1] + 3)

    band = across[0]
    while band > 1 and scratch(band) > _PLANE_BYTES:
        band = -(-band // 2)
    config = Struct(
        "mk_conv",
        {
            "weights": Array("int8_t", op.weights, kind="weights"),
            "channels": channels(op.bias, op.multipliers, op.shifts),
            **conv_fields(op),
        },
    )
    return Kernel(
        function="mk_depthwise3x3_s8",
        header="motekit/nn_plane.h",
        sources=("depthwise3x3_s8.c",),
        config=config,
        extra=(Struct("mk_plane", {"band": band, "transpose": int(transpose)}),),
        inputs=(op.source,),
        outputs=(op.result,),
        scratch=scratch(band),
        distance={op.source: 0}
        if op.in_shape == op.out_shape and op.stride == (1, 1) and op.batch == 1
        else {},
        macs=op.macs,
    )


@kernel("dense")
def dense_pair(op: DenseOp, target: Target) -> Kernel | None:
    """Fully connected layer with the DSP extension."""
    outputs, inputs = op.weights.shape
    shifts = np.full(outputs, op.shift)
    if target.name != "dsp" or not _pairs_fit(op.weights, op.bound, shifts) or max(inputs, outputs) > 0xFFFC:
        return None
    config = Struct(
        "mk_conv_pair",
        {
            "weights": Array("int32_t", pack_pairs(op.weights), kind="weights"),
            "channels": _pair_channels(op.bias, np.full(outputs, op.multiplier), shifts),
            "batch": op.rows,
            "in_h": 1, "in_w": 1, "in_c": inputs, "out_h": 1, "out_w": 1, "out_c": outputs,
            "kernel_h": 1, "kernel_w": 1, "stride_h": 1, "stride_w": 1, "dilation_h": 1, "dilation_w": 1,
            "pad_top": 0, "pad_left": 0,
            "in_zero": 0, "out_zero": op.out_zero, "act_min": op.act_min, "act_max": op.act_max,
            "depth4": _depth4(op.weights),
        },
    )  # fmt: skip
    return Kernel(
        "mk_dense_s8_pair", "motekit/nn_pair.h", ("pair.c", "dense_s8_pair.c"), (op.source,), (op.result,),
        config, macs=op.macs,
    )  # fmt: skip
