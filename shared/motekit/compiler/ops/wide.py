"""Layers with int16 activations ("16x8"): convolutions, dense, pools, sums, products, softmax, sigmoid and tanh."""

import math
from dataclasses import replace

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Array, Kernel, Struct
from ..kernels.describe import ConvOp, PoolOp, conv_fields, streaming_distance
from ..kernels.plain import share
from . import expect_dtype, expect_shape

_HEADER = "motekit/nn_wide.h"


def reduced(multiplier: int, shift: int) -> tuple[int, int]:
    """A Q31 multiplier as the Q15 multiplier and right shift that 64-bit sums are scaled with."""
    small = (multiplier + (1 << 15)) >> 16 if multiplier < 0x7FFF0000 else 0x7FFF
    return small, 15 - shift


def convolution(graph: Graph, node: Node, op: ConvOp) -> Kernel:
    """A described convolution (or dense layer) of int16."""
    if op.in_zero or op.out_zero:
        raise node_error(graph, node, "an int16 tensor has a zero point", "Quantize it symmetrically")
    bias = graph.optional_input(node, 2)
    narrow = bias is not None and bias.dtype == "int32"
    if op.depthwise and narrow:
        raise node_error(graph, node, "an int16 depthwise convolution needs an int64 bias", "Convert the model again")
    if narrow and op.bound > fixedpoint.INT32_MAX:
        raise node_error(graph, node, "its sums can exceed 32 bits", "Convert with a 64-bit bias")
    if op.bound >= 1 << 47:
        raise node_error(graph, node, "its sums can exceed 48 bits", "Use smaller biases")
    rows = []
    for value, multiplier, shift in zip(op.bias, op.multipliers, op.shifts, strict=True):
        if shift >= 8:
            raise node_error(graph, node, "the scales differ by more than 2^8")
        scaled = (int(multiplier), int(shift)) if narrow else reduced(int(multiplier), int(shift))
        rows.append((int(value), *scaled))
    config = Struct(
        "mk_wide_conv",
        {
            "conv": {"weights": Array("int8_t", op.weights, kind="weights"), **conv_fields(op)},
            "channels": Array("mk_wide_channel", np.array(rows, np.int64), kind="requantization"),
            "group_c": 1 if op.depthwise else op.weights.shape[3],
            "narrow": int(narrow),
        },
    )
    kind = "depthwise" if op.depthwise else "conv"
    distance = streaming_distance(op.batch, op.in_shape, op.out_shape, op.stride, op.pad, 2, 2)
    return Kernel(
        f"mk_{kind}_s16", _HEADER, (f"{kind}_s16.c",), (op.source,), (op.result,), config,
        distance=share(op.source, distance), macs=op.macs,
    )  # fmt: skip


def pooling(kernel: Kernel, op: PoolOp) -> Kernel:
    """The int16 twin of a plain pooling kernel."""
    name = kernel.function.replace("_s8", "_s16")
    distance = streaming_distance(op.batch, op.in_shape, op.out_shape, op.stride, op.pad, 2, 2)
    return replace(
        kernel, function=name, header=_HEADER, sources=(f"{name[3:]}.c",), distance=share(op.source, distance)
    )  # fmt: skip


def softmax(graph: Graph, node: Node) -> Kernel:
    """Softmax with interpolated tables."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, result, "int16")
    expect_shape(graph, node, result, source.shape)
    if source.zero_point or result.zero_point or abs(float(result.scale) * 32768 - 1) > 1e-3:
        raise node_error(graph, node, "its tensors are not in Q15 around 0", "Let the converter choose the scales")
    beta = float(node.options["beta"])
    if not math.isfinite(beta) or beta <= 0:
        raise node_error(graph, node, f"beta is {beta}")
    factor = float(source.scale) * beta / (10.0 / 65535.0)
    if factor >= 2.0**14:
        raise node_error(graph, node, "its input's scale is far too large")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    classes = source.shape[-1] if source.shape else 1
    if classes > 65535:
        raise node_error(graph, node, f"{classes} classes are more than 65535")
    config = Struct(
        "mk_wide_softmax",
        {
            "exps": Array("int16_t", interpolation_table(10.0, 32767, np.exp)),
            "reciprocals": Array("int16_t", interpolation_table(1.0, -32768, lambda x: np.float32(1) / (1 + x))),
            "rows": source.elements // classes, "classes": classes, "multiplier": multiplier, "shift": shift,
        },
    )  # fmt: skip
    return Kernel("mk_softmax_s16", _HEADER, ("softmax_s16.c",), (node.inputs[0],), (node.outputs[0],), config)


def interpolation_table(width: float, zero: int, function) -> np.ndarray:
    """513 samples of a function in Q15, each shifted to halve the error in the middle of its segment.

    Float32 throughout, in the order in which TensorFlow Lite Micro evaluates it.
    """
    one = np.float32
    in_scale, out_scale = one(width) / one(65535), one(2.0) / one(65535)
    low, high = in_scale * one(-32768 - zero), in_scale * one(32767 - zero)
    out_low, out_high = out_scale * one(-32768), out_scale * one(32767)
    step = (high - low) / one(512)
    half = step / one(2)
    scaling = one(65536) / (out_high - out_low)

    def rounded(x: np.float32) -> np.float32:
        return one(math.copysign(math.floor(abs(float(x)) + 0.5), float(x)))

    def value(x: np.float32) -> np.float32:
        return one(function(one(x)))

    table = []
    for i in range(512):
        here = value(low + one(i) * step)
        middle = value(low + one(i) * step + half)
        after = value(low + one(i + 1) * step)
        sample = rounded(here * scaling)
        guess = rounded((after * scaling + rounded(here * scaling)) / one(2))
        error = guess - rounded(middle * scaling)
        table.append(min(max(sample - rounded(error / one(2)), one(-32768)), one(32767)))
    table.append(min(max(rounded(value(high) * scaling), one(-32768)), one(32767)))
    return np.array([int(entry) for entry in table], np.int64)


def sigmoid_table() -> Array:
    """sigmoid(i / 24) in Q16 for i = 0..255, less a sixteenth of its second difference.

    That halves the error of linear interpolation in the middle between entries. The last entry is 1.
    """

    def exact(i: int) -> float:
        return 65536 / (1 + math.exp(-i / 24))

    values = [round(exact(i) - (exact(i - 1) - 2 * exact(i) + exact(i + 1)) / 16) for i in range(255)]
    return Array("uint16_t", np.array([*values, 65535], np.int64))


def sigmoid_config(multiplier: int, shift: int) -> dict:
    """Fields of `mk_wide_sigmoid`."""
    return {"table": sigmoid_table(), "multiplier": multiplier, "shift": shift}


def sigmoidal(graph: Graph, node: Node) -> Kernel:
    """LOGISTIC or TANH of int16."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, result, "int16")
    expect_shape(graph, node, result, source.shape)
    if source.zero_point or result.zero_point or result.scale != np.float32(1 / 32768):
        raise node_error(graph, node, "its output is not in Q15", "Let the converter choose the scale")
    fraction, exponent = math.frexp(float(source.scale))
    power = exponent - 1
    left = 12 + power
    powers = (0,) if node.op == "LOGISTIC" else (0, 1)
    if fraction == 0.5 and left in powers:
        multiplier, shift = 3 << left, 0
    else:
        # to 1 / (3 * 4096), as many bits as int32 has room for
        factor, shift = float(source.scale) * 4096.0 * 3.0, 0
        while factor <= 32767.0 / 2.0 and shift <= 30:
            factor, shift = factor * 2.0, shift + 1
        multiplier = int(factor)
        if multiplier > 65535:
            raise node_error(graph, node, "its input's scale is far too large")
    config = Struct("mk_wide_sigmoid", sigmoid_config(multiplier, shift))
    name = "logistic_s16" if node.op == "LOGISTIC" else "tanh_s16"
    return Kernel(
        f"mk_{name}", _HEADER, (f"{name}.c",), (node.inputs[0],), (node.outputs[0],), config,
        extra=(result.elements,), distance={node.inputs[0]: 0},
    )  # fmt: skip
