"""Operators of one int8 input and one int8 output: each is a table of 256 bytes."""

import math

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Array, Kernel, Target
from . import LOWERINGS, Alias, expect_dtype, expect_shape, operator, wide


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


def _bounded(graph: Graph, node: Node, factor: float) -> float:
    """A quotient of scales with which int8 values stay in 32 bits."""
    if factor >= 2.0**22:
        raise node_error(graph, node, "its scales differ by more than 2^22")
    return factor


def rescale_table(factor: float, source: Tensor, result: Tensor, low: int = -128, high: int = 127) -> list[int]:
    """Requantization of every int8 value by `factor`, the quotient of both scales."""
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
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
    # the quotient in float32, as TensorFlow Lite Micro computes it here (but not in QUANTIZE)
    factor = _bounded(graph, node, float(source.scale / result.scale))
    return lookup(graph, node, rescale_table(factor, source, result, max(-128, result.zero_point)))


@operator("RELU6")
def relu6(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Clamp to 0 .. 6 of the input's scale.

    TensorFlow Lite Micro does not requantize here even if the output has another scale; neither do we.
    """
    source, _ = _edges(graph, node)
    six = _clamp(source.zero_point + fixedpoint.round_half_away(float(np.float32(6.0) / source.scale)))
    return lookup(graph, node, [min(max(value, source.zero_point), six) for value in range(-128, 128)])


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
    if graph.input(node, 0).dtype == "int16":
        return wide.sigmoidal(graph, node)
    return _sigmoidal(graph, node, fixedpoint.logistic_q31, 8, -128, -128)


@operator("TANH")
def tanh(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Hyperbolic tangent."""
    if graph.input(node, 0).dtype == "int16":
        return wide.sigmoidal(graph, node)
    return _sigmoidal(graph, node, fixedpoint.tanh_q31, 7, 0, -128)


@operator("LEAKY_RELU")
def leaky_relu(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """x, or alpha * x below zero."""
    source, result = _edges(graph, node)
    alpha = np.float32(node.options["alpha"])
    if not np.isfinite(alpha) or alpha < 0:
        raise node_error(graph, node, f"alpha is {alpha}")
    # quotients in float32, as TensorFlow Lite Micro computes them
    above = fixedpoint.quantize_multiplier(_bounded(graph, node, float(source.scale / result.scale)))
    below = fixedpoint.quantize_multiplier(_bounded(graph, node, float(source.scale * alpha / result.scale)))
    table = []
    for value in range(-128, 128):
        centred = value - source.zero_point
        scaled = fixedpoint.requantize(centred, *(above if centred >= 0 else below))
        table.append(_clamp(scaled + result.zero_point))
    return lookup(graph, node, table)


def _mul_q15(a: int, b: int) -> int:
    """round(a * b / 2^15), ties away from zero, saturated to int16."""
    product = a * b
    rounded = (product + (1 << 14)) >> 15 if product >= 0 else -((-product + (1 << 14) - 1) >> 15)
    return min(rounded, 32767)


def _saturate16(value: int) -> int:
    return max(-32768, min(32767, value))


def _wrap16(value: int) -> int:
    return (value + 32768) % 65536 - 32768


def _to_q15(multiplier: int) -> int:
    """A Q31 multiplier rounded to Q15."""
    return 32767 if multiplier >= 2**31 - (1 << 15) else (multiplier + (1 << 15)) >> 16


@operator("HARD_SWISH")
def hard_swish(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """x * relu6(x + 3) / 6 in 16-bit steps, as TensorFlow Lite Micro rounds them."""
    source, result = _edges(graph, node)
    fine = np.float32(1 / 128) * source.scale
    out_multiplier, out_shift = fixedpoint.quantize_multiplier(float(fine / result.scale))
    if out_shift > 0:
        raise node_error(graph, node, "its output's scale is too small for its input's")
    reluish = np.float32(3.0) / np.float32(32768.0)
    relu_multiplier, relu_shift = fixedpoint.quantize_multiplier(float(fine / reluish))
    out_multiplier, relu_multiplier = _to_q15(out_multiplier), _to_q15(relu_multiplier)
    table = []
    for stored in range(-128, 128):
        value = _wrap16((stored - source.zero_point) * 128)
        on_output_scale = _mul_q15(value, out_multiplier)
        gate = value
        if relu_shift > 0:
            gate = _saturate16(gate << (relu_shift - 1))
        gate = _mul_q15(gate, relu_multiplier)
        if relu_shift > 0:
            gate = _saturate16(gate << 1)
        elif relu_shift < 0:
            gate = fixedpoint.round_shift(gate, -relu_shift)
        gate = (gate + 32768) >> 1
        product = gate * on_output_scale
        preshift = product >> 15 if product >= 0 else -(-product >> 15)
        table.append(_clamp(_wrap16(fixedpoint.round_shift(preshift, -out_shift) + result.zero_point)))
    return lookup(graph, node, table)


#: operators that are a table; QUANTIZE is one too when both sides are int8
LOOKUPS = ("RELU", "RELU_N1_TO_1", "RELU6", "LOGISTIC", "TANH", "LEAKY_RELU", "HARD_SWISH")


def table_of(graph: Graph, node: Node, target: Target) -> np.ndarray:
    """The 256 outputs of a node of `LOOKUPS`, from stored input -128 on."""
    lowered = LOWERINGS[node.op](graph, node, target)
    return np.arange(-128, 128) if isinstance(lowered, Alias) else np.asarray(lowered.extra[0].values)
