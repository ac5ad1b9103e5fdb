"""Operators of one int8 input and one int8 output: each is a table of 256 bytes."""

import math

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Array, Kernel, Target
from . import Alias, expect_dtype, expect_shape, operator


def lookup(graph: Graph, node: Node, table: list[int] | np.ndarray) -> Kernel | Alias:
    """A call of the table kernel; the identity is no call at all."""
    values = np.asarray(table, np.int64)
    source, result = node.inputs[0], node.outputs[0]
    if np.array_equal(values, np.arange(-128, 128)):
        return Alias(source, result)
    return Kernel(
        "mk_lookup_s8", "motekit/nn_elementwise.h", ("lookup_s8.c",), (source,), (result,),
        extra=(Array("int8_t", values), graph.output(node).elements), distance={source: 0},
    )  # fmt: skip


def _edges(graph: Graph, node: Node) -> tuple[Tensor, Tensor]:
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8")
    expect_dtype(graph, node, result, "int8")
    expect_shape(graph, node, result, source.shape)
    return source, result


def _clamp(value: int, low: int = -128, high: int = 127) -> int:
    return max(low, min(high, value))


def rescale_table(source: Tensor, result: Tensor, low: int = -128, high: int = 127) -> list[int]:
    """Requantization of every int8 value from one scale to another."""
    multiplier, shift = fixedpoint.quantize_multiplier(float(source.scale) / float(result.scale))
    return [
        _clamp(
            fixedpoint.requantize(value - source.zero_point, multiplier, shift) + result.zero_point, low, high
        )
        for value in range(-128, 128)
    ]  # fmt: skip


@operator("RELU", "RELU_N1_TO_1")
def relu(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Clamp below zero, with requantization."""
    source, result = _edges(graph, node)
    return lookup(graph, node, rescale_table(source, result, max(-128, result.zero_point)))


@operator("RELU6")
def relu6(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Clamp to 0 .. 6 in the input's own scale: TensorFlow Lite Micro does not requantize here."""
    source, result = _edges(graph, node)
    if not source.quantized.same_as(result.quantization):
        raise node_error(
            graph, node, "its input and output differ in scale", "Fuse it with the layer before it"
        )
    six = _clamp(source.zero_point + fixedpoint.round_half_away(float(np.float32(6.0) / source.scale)))
    return lookup(graph, node, [_clamp(value, source.zero_point, six) for value in range(-128, 128)])


def _radius(shift: int, integer_bits: int) -> int:
    """Inputs beyond this are saturated, as gemmlowp's fixed-point functions demand."""
    return math.floor(((1 << integer_bits) - 1) * 2.0 ** (31 - integer_bits) / 2.0**shift)


def _sigmoidal(graph: Graph, node: Node, function, fraction_bits: int, zero: int, low: int) -> Kernel | Alias:
    source, result = _edges(graph, node)
    expected = (np.float32(1.0 / 256) if low == zero == -128 else np.float32(1.0 / 128), zero)
    if (result.scale, result.zero_point) != expected:
        raise node_error(
            graph, node, f"its output must have scale {float(expected[0])} and zero point {zero}",
            "Let the converter choose the scale",
        )  # fmt: skip
    bits = 4
    multiplier, shift = fixedpoint.quantize_multiplier(float(source.scale) * (1 << (31 - bits)))
    radius = _radius(shift, bits)
    table = []
    for value in range(-128, 128):
        centred = value - source.zero_point
        if centred <= -radius:
            table.append(low)
        elif centred >= radius:
            table.append(127)
        else:
            exact = function(fixedpoint.requantize(centred, multiplier, shift), bits)
            table.append(_clamp(fixedpoint.round_shift(exact, 31 - fraction_bits) + zero))
    return lookup(graph, node, table)


@operator("LOGISTIC")
def logistic(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """1 / (1 + exp(-x))."""
    return _sigmoidal(graph, node, fixedpoint.logistic_q31, 8, -128, -128)


@operator("TANH")
def tanh(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Hyperbolic tangent."""
    return _sigmoidal(graph, node, fixedpoint.tanh_q31, 7, 0, -128)
