"""ADD, SUB, MUL with broadcasting."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Kernel, Struct, Target
from . import expect_dtype, expect_same_quantization, expect_shape, operator
from .conv import fused_activation


def broadcast(graph: Graph, node: Node) -> tuple[dict[str, list[int]], bool]:
    """`mk_broadcast` of a node of two inputs, and whether both have the output's shape.

    Axes are merged where that changes nothing, so that most layers become one row.
    """
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError as error:
        raise node_error(graph, node, f"shapes {list(a.shape)} and {list(b.shape)} do not fit") from error
    expect_shape(graph, node, result, tuple(shape))

    def strides(own: tuple[int, ...]) -> list[int]:
        padded = (1,) * (len(shape) - len(own)) + own
        steps, step = [], 1
        for size in reversed(padded):
            steps.append(0 if size == 1 else step)
            step *= size
        return steps[::-1]

    axes = [(size, sa, sb) for size, sa, sb in zip(shape, strides(a.shape), strides(b.shape), strict=True) if size > 1]
    merged: list[tuple[int, int, int]] = []
    for size, sa, sb in axes:
        if merged and merged[-1][1] == sa * size and merged[-1][2] == sb * size:
            merged[-1] = (merged[-1][0] * size, sa, sb)
        else:
            merged.append((size, sa, sb))
    if len(merged) > 4:
        raise node_error(graph, node, "it broadcasts along more than four axes", "Reshape its inputs")
    merged = [(1, 0, 0)] * (4 - len(merged)) + merged
    over = {
        "shape": [axis[0] for axis in merged],
        "stride_a": [axis[1] for axis in merged],
        "stride_b": [axis[2] for axis in merged],
    }
    return over, a.elements == b.elements == result.elements


def sharing(graph: Graph, node: Node) -> dict[int, int]:
    """Inputs the output may be written over: those of its own size."""
    size = graph.output(node).bytes
    return {number: 0 for number in node.inputs[:2] if graph.tensors[number].bytes == size}


_HEADERS = {8: "motekit/nn_elementwise.h", 16: "motekit/nn_wide.h"}


def _width(graph: Graph, node: Node) -> int:
    """Bits of both inputs and the output."""
    result = graph.output(node)
    expect_dtype(graph, node, result, "int8", "int16")
    for position in (0, 1):
        expect_dtype(graph, node, graph.input(node, position), result.dtype)
        if result.dtype == "int16" and (graph.input(node, position).zero_point or result.zero_point):
            raise node_error(graph, node, "an int16 tensor has a zero point", "Quantize it symmetrically")
    return 8 if result.dtype == "int8" else 16


def _sum_factors(
    node: Node, a: np.float32, b: np.float32, result: np.float32, left_shift: int
) -> tuple[float, float, float]:
    """Factors of both inputs and the output; TensorFlow Lite Micro adds in double and subtracts in float32."""
    if node.op == "SUB":
        twice_max = np.float32(2) * max(a, b)
        return (
            float(a / twice_max),
            float(b / twice_max),
            float(twice_max / (np.float32(1 << left_shift) * result)),
        )
    twice_max = 2 * float(max(a, b))
    return float(a) / twice_max, float(b) / twice_max, twice_max / ((1 << left_shift) * float(result))


@operator("ADD", "SUB")
def add(graph: Graph, node: Node, target: Target) -> Kernel:
    """Sum or difference of int8."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    bits = _width(graph, node)
    left_shift = 15 if bits == 16 else 20
    over, _ = broadcast(graph, node)
    factor_a, factor_b, factor = _sum_factors(node, a.scale, b.scale, result.scale, left_shift)
    if factor >= 1.0:
        raise node_error(graph, node, "the output's scale is far too small for its inputs")
    multiplier_a, shift_a = fixedpoint.quantize_multiplier(factor_a)
    multiplier_b, shift_b = fixedpoint.quantize_multiplier(factor_b)
    multiplier_out, shift_out = fixedpoint.quantize_multiplier(factor)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    )
    config = Struct(
        "mk_add",
        {
            "over": over,
            "multiplier_a": multiplier_a, "multiplier_b": multiplier_b, "multiplier_out": multiplier_out,
            "shift_a": shift_a, "shift_b": shift_b, "shift_out": shift_out,
            "left_shift": left_shift, "sign_b": 1 if node.op == "ADD" else -1,
            "zero_a": a.zero_point, "zero_b": b.zero_point, "out_zero": result.zero_point,
            "act_min": act_min, "act_max": act_max,
        },
    )  # fmt: skip
    return Kernel(
        f"mk_add_s{bits}", _HEADERS[bits], (f"add_s{bits}.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
        distance=sharing(graph, node),
    )  # fmt: skip


@operator("MUL")
def mul(graph: Graph, node: Node, target: Target) -> Kernel:
    """Product of int8."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    bits = _width(graph, node)
    over, _ = broadcast(graph, node)
    factor = float(a.scale) * float(b.scale) / float(result.scale)
    if factor >= 2.0**14:
        raise node_error(graph, node, "the output's scale is far too small for its inputs")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, -(1 << (bits - 1)), (1 << (bits - 1)) - 1
    )
    config = Struct(
        "mk_mul",
        {
            "over": over, "multiplier": multiplier, "shift": shift,
            "zero_a": a.zero_point, "zero_b": b.zero_point, "out_zero": result.zero_point,
            "act_min": act_min, "act_max": act_max,
        },
    )  # fmt: skip
    return Kernel(
        f"mk_mul_s{bits}", _HEADERS[bits], (f"mul_s{bits}.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
        distance=sharing(graph, node),
    )  # fmt: skip


@operator("MAXIMUM", "MINIMUM")
def extremum(graph: Graph, node: Node, target: Target) -> Kernel:
    """Larger or smaller of two int8."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    for tensor in (a, b):
        expect_dtype(graph, node, tensor, "int8")
        expect_same_quantization(graph, node, tensor, result)
    expect_dtype(graph, node, result, "int8")
    config = Struct("mk_broadcast", broadcast(graph, node)[0])
    name = "mk_maximum_s8" if node.op == "MAXIMUM" else "mk_minimum_s8"
    return Kernel(
        name, "motekit/nn_elementwise.h", (f"{name[3:]}.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
        distance=sharing(graph, node),
    )  # fmt: skip


@operator("PRELU")
def prelu(graph: Graph, node: Node, target: Target) -> Kernel:
    """x, or alpha * x below zero, with alpha of its own for each channel."""
    source, alpha, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    for tensor in (source, alpha, result):
        expect_dtype(graph, node, tensor, "int8")
    over, _ = broadcast(graph, node)
    expect_shape(graph, node, result, source.shape)
    above = float(source.scale) / float(result.scale)
    below = float(source.scale) * float(alpha.scale) / float(result.scale)
    if above >= 2.0**22 or below >= 2.0**14:
        raise node_error(graph, node, "the output's scale is far too small for its inputs")
    multiplier_above, shift_above = fixedpoint.quantize_multiplier(above)
    multiplier_below, shift_below = fixedpoint.quantize_multiplier(below)
    config = Struct(
        "mk_prelu",
        {
            "over": over,
            "multiplier_above": multiplier_above, "shift_above": shift_above,
            "multiplier_below": multiplier_below, "shift_below": shift_below,
            "in_zero": source.zero_point, "alpha_zero": alpha.zero_point, "out_zero": result.zero_point,
        },
    )  # fmt: skip
    return Kernel(
        "mk_prelu_s8", "motekit/nn_elementwise.h", ("prelu_s8.c",), tuple(node.inputs[:2]), (node.outputs[0],),
        config, distance=sharing(graph, node),
    )  # fmt: skip
