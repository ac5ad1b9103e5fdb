"""MEAN, SUM, REDUCE_MAX and REDUCE_MIN over any axes."""

import math

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Kernel, Struct, Target
from . import Alias, expect_dtype, expect_range, expect_same_quantization, operator
from .data import dense_strides


def _axes(graph: Graph, node: Node) -> set[int]:
    """Axes to reduce, with the output's shape checked against them."""
    source, result = graph.input(node, 0), graph.output(node)
    rank = len(source.shape)
    axes = {
        expect_range(graph, node, "axis", int(axis) + (rank if axis < 0 else 0), 0, rank - 1)
        for axis in graph.constant(node, 1).ravel()
    }
    kept = tuple(size for axis, size in enumerate(source.shape) if axis not in axes)
    with_ones = tuple(1 if axis in axes else size for axis, size in enumerate(source.shape))
    if result.shape not in (kept, with_ones):
        raise node_error(graph, node, f"its output {list(result.shape)} should be {list(kept)}")
    return axes


@operator("REDUCE_MAX", "REDUCE_MIN")
def extreme(graph: Graph, node: Node, target: Target) -> Kernel:
    """Largest or smallest element along axes."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8")
    expect_dtype(graph, node, result, "int8")
    expect_same_quantization(graph, node, source, result)
    axes = _axes(graph, node)
    config = Struct(
        "mk_reduce",
        {
            **_loops("kept", source.shape, set(range(len(source.shape))) - axes, graph, node),
            **_loops("reduced", source.shape, axes, graph, node),
        },
    )
    name = node.op.lower()
    return Kernel(
        f"mk_{name}_s8", "motekit/nn_data.h", (f"{name}_s8.c",), (node.inputs[0],), (node.outputs[0],), config
    )


@operator("MEAN", "SUM")
def reduce(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """Sum, times the quotient of scales, divided by the count for a mean."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16")
    expect_dtype(graph, node, result, source.dtype)
    rank = len(source.shape)
    axes = _axes(graph, node)
    count = math.prod(source.shape[axis] for axis in axes)
    expect_range(
        graph,
        node,
        "the number of elements summed",
        count,
        1,
        (1 << 15) if source.dtype == "int16" else 1 << 22,
    )
    multiplier, shift = fixedpoint.quantize_multiplier(float(source.scale) / float(result.scale))
    if node.op == "MEAN":
        # as in TensorFlow Lite Micro: 1 / count goes into the multiplier with as many bits as fit
        gained = min(63 - (64 - count.bit_length()), 32, 31 + shift)
        multiplier = (multiplier << gained) // count
        shift -= gained
    expect_range(graph, node, "the shift of its multiplier", shift, -31, 22)
    config = Struct(
        "mk_reduce",
        {
            **_loops("kept", source.shape, set(range(rank)) - axes, graph, node),
            **_loops("reduced", source.shape, axes, graph, node),
            "offset": count * source.zero_point, "multiplier": multiplier, "shift": shift,
            "out_zero": result.zero_point,
        },
    )  # fmt: skip
    bits = "s8" if source.dtype == "int8" else "s16"
    return Kernel(
        f"mk_reduce_{bits}",
        "motekit/nn_data.h",
        (f"reduce_{bits}.c",),
        (node.inputs[0],),
        (node.outputs[0],),
        config,
    )


def _loops(name: str, shape: tuple[int, ...], axes: set[int], graph: Graph, node: Node) -> dict[str, list[int]]:
    """Sizes and strides of the loops over some axes, neighbours merged."""
    strides = dense_strides(shape)
    loops: list[tuple[int, int]] = []
    for axis in sorted(axes):
        if shape[axis] == 1:
            continue
        if loops and loops[-1][1] == shape[axis] * strides[axis]:
            loops[-1] = (loops[-1][0] * shape[axis], strides[axis])
        else:
            loops.append((shape[axis], strides[axis]))
    if len(loops) > 3:
        raise node_error(graph, node, "it reduces along too many separate axes", "Reshape its input")
    loops = [(1, 0)] * (3 - len(loops)) + loops
    return {name: [loop[0] for loop in loops], f"{name}_stride": [loop[1] for loop in loops]}
