"""AVERAGE_POOL_2D and MAX_POOL_2D."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node
from ..kernels import Kernel, Target, plain, select
from ..kernels.describe import PoolOp
from . import expect_dtype, expect_range, expect_same_quantization, expect_shape, operator, wide
from .conv import fused_activation, image_shape, padding_of


@operator("AVERAGE_POOL_2D", "MAX_POOL_2D")
def pooling(graph: Graph, node: Node, target: Target) -> Kernel:
    """Average or maximum over windows; padding does not count."""
    description = describe_pool(graph, node)
    if graph.input(node, 0).dtype == "int16":
        return wide.pooling(plain.pool(description, target), description)
    return select("pool", description, target)


def describe_pool(graph: Graph, node: Node) -> PoolOp:
    """A pooling layer as the kernel candidates see it."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16")
    expect_dtype(graph, node, result, source.dtype)
    expect_same_quantization(graph, node, source, result)
    batch, in_h, in_w, channels = image_shape(graph, node, source)
    window = (
        expect_range(graph, node, "window", node.options["window_h"], 1, 32767),
        expect_range(graph, node, "window", node.options["window_w"], 1, 32767),
    )
    stride = (
        expect_range(graph, node, "stride", node.options["stride_h"], 1, 32767),
        expect_range(graph, node, "stride", node.options["stride_w"], 1, 32767),
    )
    out_h, top = padding_of(graph, node, in_h, window[0], stride[0], 1)
    out_w, left = padding_of(graph, node, in_w, window[1], stride[1], 1)
    expect_shape(graph, node, result, (batch, out_h, out_w, channels))
    limits = np.iinfo(source.dtype)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, limits.min, limits.max
    )
    return PoolOp(
        node.inputs[0], node.outputs[0], node.op == "AVERAGE_POOL_2D", batch, (in_h, in_w, channels),
        (out_h, out_w, channels), window, stride, (top, left), act_min, act_max,
    )  # fmt: skip
