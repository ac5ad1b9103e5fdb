"""SOFTMAX."""

import math

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Array, Kernel, Struct, Target
from . import expect_dtype, expect_shape, operator, wide

_INTEGER_BITS = 5


@operator("SOFTMAX")
def softmax(graph: Graph, node: Node, target: Target) -> Kernel:
    """Softmax with its exponentials tabulated."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16")
    if source.dtype == "int16":
        return wide.softmax(graph, node)
    expect_dtype(graph, node, result, "int8", "int16")
    expect_shape(graph, node, result, source.shape)
    bits = 8 if result.dtype == "int8" else 16
    # TensorFlow Lite Micro is as lenient with the scale of 16 bits
    tolerance = 0 if bits == 8 else 1e-3
    if result.zero_point != -(1 << bits - 1) or abs(float(result.scale) * (1 << bits) - 1) > tolerance:
        raise node_error(
            graph, node, f"its output is not in 1/{1 << bits} from {-(1 << bits - 1)}",
            "Let the converter choose the scale",
        )  # fmt: skip
    beta = float(node.options["beta"])
    if not math.isfinite(beta) or beta <= 0:
        raise node_error(graph, node, f"beta is {beta}")
    if beta * float(source.scale) * (1 << (31 - _INTEGER_BITS)) <= 1:
        # TensorFlow Lite Micro stops there too
        raise node_error(graph, node, "its input's scale is so small that it is constant", "Train the model")
    table = exponentials(beta * float(source.scale))
    classes = source.shape[-1] if source.shape else 1
    config = Struct(
        "mk_softmax",
        {
            "exps": Array("int32_t", table),
            "count": len(table), "rows": source.elements // classes, "classes": classes,
        },
    )  # fmt: skip
    name = "softmax_s8" if bits == 8 else "softmax_s8_s16"
    return Kernel(
        f"mk_{name}", "motekit/nn_softmax.h", (f"{name}.c",), (node.inputs[0],), (node.outputs[0],), config,
        distance={node.inputs[0]: 0} if bits == 8 else {},
    )  # fmt: skip


def exponentials(step: float) -> np.ndarray:
    """exp(-d * step) in Q31 for d = 0, 1, ... as far as it counts."""
    factor = min(step * (1 << (31 - _INTEGER_BITS)), 2.0**31 - 1.0)
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    reach = ((1 << _INTEGER_BITS) - 1) * (1 << (31 - _INTEGER_BITS)) / 2.0**shift
    count = min(math.floor(reach) + 1, 256)
    values = []
    for difference in range(count):
        scaled = fixedpoint.requantize(-difference, multiplier, shift)
        values.append(fixedpoint.exp_on_negative(scaled, _INTEGER_BITS))
    return np.array(values, np.int64)
