"""Descriptions of operators that have more than one kernel, as the candidates see them."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, eq=False)
class ConvOp:
    """Convolution, depthwise convolution, or a per-channel dense layer seen as a 1x1 convolution.

    `weights` is int8 [out_c, kernel_h, kernel_w, group_c]; for depthwise [1, kernel_h, kernel_w, out_c].
    `bias` has the input's zero point folded in (int64 values that fit int32).
    """

    source: int
    result: int
    depthwise: bool
    weights: np.ndarray
    bias: np.ndarray
    multipliers: np.ndarray
    shifts: np.ndarray
    batch: int
    in_shape: tuple[int, int, int]
    out_shape: tuple[int, int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    pad: tuple[int, int]
    in_zero: int
    out_zero: int
    act_min: int
    act_max: int
    #: largest magnitude any sum can take, bias included, for inputs in int8
    bound: int
    #: what channels that were removed add to each sum, where that depends on the place: int64 [out_h, out_w, out_c]
    shares: np.ndarray | None = None

    @property
    def macs(self) -> int:
        """Multiply-accumulates, padding included."""
        height, width, channels = self.out_shape
        per_output = self.kernel[0] * self.kernel[1] * (1 if self.depthwise else self.weights.shape[3])
        return self.batch * height * width * channels * per_output

    @property
    def is_pointwise(self) -> bool:
        """1x1, stride 1, no padding, one group: a matrix product over pixels."""
        return (
            not self.depthwise
            and self.kernel == (1, 1)
            and self.stride == (1, 1)
            and self.pad == (0, 0)
            and self.weights.shape[3] == self.in_shape[2]
        )

    @property
    def clamps_negative(self) -> bool:
        """Whether the activation hides everything below the output's zero (RELU and its kin)."""
        return self.act_min >= self.out_zero


@dataclass(frozen=True, eq=False)
class DenseOp:
    """Fully connected layer with one multiplier; `weights` int8 [outputs, inputs], zero point folded into bias."""

    source: int
    result: int
    weights: np.ndarray
    bias: np.ndarray
    multiplier: int
    shift: int
    rows: int
    out_zero: int
    act_min: int
    act_max: int
    bound: int

    @property
    def macs(self) -> int:
        """Multiply-accumulates."""
        return self.rows * self.weights.size


@dataclass(frozen=True, eq=False)
class PoolOp:
    """Average or maximum pooling."""

    source: int
    result: int
    average: bool
    batch: int
    in_shape: tuple[int, int, int]
    out_shape: tuple[int, int, int]
    window: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    act_min: int
    act_max: int


def reads_padding(op: ConvOp) -> bool:
    """Whether any tap of any output lies outside the input."""
    for axis in range(2):
        last = (op.out_shape[axis] - 1) * op.stride[axis] - op.pad[axis] + (op.kernel[axis] - 1) * op.dilation[axis]
        if op.pad[axis] > 0 or last >= op.in_shape[axis]:
            return True
    return False


def conv_fields(op: ConvOp) -> dict[str, Any]:
    """The fields of `mk_conv` other than weights and channels."""
    (in_h, in_w, in_c), (out_h, out_w, out_c) = op.in_shape, op.out_shape
    return {
        "batch": op.batch,
        "in_h": in_h, "in_w": in_w, "in_c": in_c,
        "out_h": out_h, "out_w": out_w, "out_c": out_c,
        "kernel_h": op.kernel[0], "kernel_w": op.kernel[1],
        "stride_h": op.stride[0], "stride_w": op.stride[1],
        "dilation_h": op.dilation[0], "dilation_w": op.dilation[1],
        "pad_top": op.pad[0], "pad_left": op.pad[1],
        "in_zero": op.in_zero, "out_zero": op.out_zero,
        "act_min": op.act_min, "act_max": op.act_max,
    }  # fmt: skip


def streaming_distance(
    batch: int,
    in_shape: tuple[int, int, int],
    out_shape: tuple[int, int, int],
    stride: tuple[int, int],
    pad: tuple[int, int],
    in_bytes: int = 1,
    out_bytes: int = 1,
) -> int | None:
    """How far before its input the output of a window operator must begin.

    Assumes that outputs are written pixel by pixel in order and that a pixel's inputs are all needed
    until its last channel is written. None if the memory cannot be shared.
    """
    if batch != 1:
        return None
    (_, in_w, in_c), (out_h, out_w, out_c) = in_shape, out_shape
    rows = np.maximum(np.arange(out_h) * stride[0] - pad[0], 0)
    columns = np.maximum(np.arange(out_w) * stride[1] - pad[1], 0)
    first = ((rows[:, None] * in_w + columns[None, :]) * in_c * in_bytes).ravel()
    needed = np.minimum.accumulate(first[::-1])[::-1]
    written = (np.arange(out_h * out_w) + 1) * out_c * out_bytes
    return int(np.max(written - needed))
