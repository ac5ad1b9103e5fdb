"""BATCH_MATMUL of two tensors computed at run time."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Kernel, Struct, Target
from . import expect_dtype, expect_shape, operator
from .conv import expect_int32_sums
from .data import dense_strides


@operator("BATCH_MATMUL")
def batch_matmul(graph: Graph, node: Node, target: Target) -> Kernel:
    """Matrix products, batches broadcast."""
    a, b, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    for tensor in (a, b, result):
        expect_dtype(graph, node, tensor, "int8")
        if not 2 <= len(tensor.shape) <= 5:
            raise node_error(graph, node, f"{tensor.name!r} of shape {list(tensor.shape)} is not a matrix or a batch")
    rows, depth = a.shape[-2:] if not node.options["adj_x"] else a.shape[:-3:-1]
    inner, columns = b.shape[-2:] if not node.options["adj_y"] else b.shape[:-3:-1]
    try:
        batch = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
    except ValueError as error:
        raise node_error(graph, node, f"batches {list(a.shape)} and {list(b.shape)} do not fit") from error
    if inner != depth:
        raise node_error(graph, node, f"matrices {list(a.shape)} and {list(b.shape)} do not fit")
    expect_shape(graph, node, result, (*batch, rows, columns))
    expect_int32_sums(graph, node, depth * 255 * 255)
    factor = float(a.scale) * float(b.scale) / float(result.scale)
    if factor >= 2.0**14:
        raise node_error(graph, node, "the scales differ by more than 2^14")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)

    def steps(own: tuple[int, ...]) -> list[int]:
        padded = (1,) * (5 - len(own)) + own
        return [0 if size == 1 else step for size, step in zip(padded[:3], dense_strides(padded)[:3], strict=True)]

    config = Struct(
        "mk_matmul",
        {
            "batch": [1] * (3 - len(batch)) + list(batch), "step_a": steps(a.shape), "step_b": steps(b.shape),
            "rows": rows, "depth": depth, "columns": columns,
            "transpose_a": int(node.options["adj_x"]), "transpose_b": int(node.options["adj_y"]),
            "zero_a": a.zero_point, "zero_b": b.zero_point, "out_zero": result.zero_point,
            "multiplier": multiplier, "shift": shift,
        },
    )  # fmt: skip
    macs = result.elements * depth
    return Kernel(
        "mk_matmul_s8", "motekit/nn_matmul.h", ("matmul_s8.c",), tuple(node.inputs[:2]), (node.outputs[0],), config,
        macs=macs,
    )  # fmt: skip
