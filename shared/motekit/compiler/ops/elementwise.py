"""ADD, SUB, MUL with broadcasting."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Kernel, Struct, Target
from . import expect_dtype, expect_same_quantization, expect_shape, operator
from .conv import fused_activation

_LEFT_SHIFT = 20


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

    axes = [
        (size, sa, sb)
        for size, sa, sb in zip(shape, strides(a.shape), strides(b.shape), strict=True)
        if size > 1
    ]
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


@operator("ADD", "SUB")
def add(graph: Graph, node: Node, target: Target) -> Kernel:
    """Sum or difference of int8."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    for tensor in (a, b, result):
        expect_dtype(graph, node, tensor, "int8")
    over, _ = broadcast(graph, node)
    scale_a, scale_b, scale_out = float(a.scale), float(b.scale), float(result.scale)
    twice_max = 2 * max(scale_a, scale_b)
    multiplier_a, shift_a = fixedpoint.quantize_multiplier(scale_a / twice_max)
    multiplier_b, shift_b = fixedpoint.quantize_multiplier(scale_b / twice_max)
    factor = twice_max / ((1 << _LEFT_SHIFT) * scale_out)
    if factor >= 1.0:
        raise node_error(graph, node, "the output's scale is more than 2^19 times smaller than the inputs'")
    multiplier_out, shift_out = fixedpoint.quantize_multiplier(factor)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, -128, 127
    )
    config = Struct(
        "mk_add",
        {
            "over": over,
            "multiplier_a": multiplier_a, "multiplier_b": multiplier_b, "multiplier_out": multiplier_out,
            "shift_a": shift_a, "shift_b": shift_b, "shift_out": shift_out,
            "left_shift": _LEFT_SHIFT, "sign_b": 1 if node.op == "ADD" else -1,
            "zero_a": a.zero_point, "zero_b": b.zero_point, "out_zero": result.zero_point,
            "act_min": act_min, "act_max": act_max,
        },
    )  # fmt: skip
    return Kernel(
        "mk_add_s8", "motekit/nn_elementwise.h", ("add_s8.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
        distance=sharing(graph, node),
    )  # fmt: skip


@operator("MUL")
def mul(graph: Graph, node: Node, target: Target) -> Kernel:
    """Product of int8."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    for tensor in (a, b, result):
        expect_dtype(graph, node, tensor, "int8")
    over, _ = broadcast(graph, node)
    factor = float(a.scale) * float(b.scale) / float(result.scale)
    if factor >= 2.0**14:
        raise node_error(graph, node, "the output's scale is far too small for its inputs")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, -128, 127
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
        "mk_mul_s8", "motekit/nn_elementwise.h", ("mul_s8.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
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
