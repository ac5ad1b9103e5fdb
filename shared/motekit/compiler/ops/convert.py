"""QUANTIZE and DEQUANTIZE: the edges of a network, and changes of scale inside it."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Kernel, Struct, Target
from . import Alias, evaluation, expect_dtype, expect_shape, operator
from .unary import lookup, rescale_table

_BITS = {"int8": "s8", "int16": "s16", "int32": "s32", "float32": "f32"}


@operator("QUANTIZE")
def quantize(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """float32 to integer, or integer to integer of another scale."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "float32", "int8", "int16", "int32")
    expect_dtype(graph, node, result, "int8", "int16", "int32")
    expect_shape(graph, node, result, source.shape)
    kind = f"{_BITS[source.dtype]}_{_BITS[result.dtype]}"
    if source.dtype == "float32":
        expect_dtype(graph, node, result, "int8", "int16")
        return Kernel(
            f"mk_quantize_{kind}", "motekit/nn_data.h", (f"quantize_{kind}.c",), (node.inputs[0],),
            (node.outputs[0],), extra=(float(result.scale), result.zero_point, result.elements),
            distance=_over_input(node, source, result),
        )  # fmt: skip
    factor = float(source.scale) / float(result.scale)
    if factor >= 2.0**22:
        raise node_error(graph, node, "the scales differ by more than 2^22")
    if kind == "s8_s8":
        return lookup(graph, node, rescale_table(factor, source, result))
    if kind == "s32_s32":
        raise node_error(graph, node, "int32 to int32 is not supported", "Leave it out")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    config = Struct(
        "mk_rescale",
        {
            "multiplier": multiplier, "shift": shift, "in_zero": source.zero_point,
            "out_zero": result.zero_point, "n": result.elements,
        },
    )  # fmt: skip
    distance = {node.inputs[0]: 0} if result.bytes <= source.bytes else {node.inputs[0]: result.bytes - source.bytes}
    return Kernel(
        f"mk_rescale_{kind}", "motekit/nn_data.h", (f"rescale_{kind}.c",), (node.inputs[0],), (node.outputs[0],),
        config, distance=distance,
    )  # fmt: skip


def _over_input(node: Node, source: Tensor, result: Tensor) -> dict[int, int]:
    """Whether the output may be written over the input: C allows it only if one of the two types is a char."""
    if "int8" not in (source.dtype, result.dtype) and source.dtype != result.dtype:
        return {}
    return {node.inputs[0]: max(result.bytes - source.bytes, 0)}


@operator("DEQUANTIZE")
def dequantize(graph: Graph, node: Node, target: Target) -> Kernel:
    """Integer to float32."""
    source, result = graph.input(node, 0), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16", "int32")
    expect_dtype(graph, node, result, "float32")
    expect_shape(graph, node, result, source.shape)
    if source.quantized.scales.size != 1:
        raise node_error(graph, node, "its input has a scale for each channel", "Quantize it as a whole")
    kind = f"{_BITS[source.dtype]}_f32"
    return Kernel(
        f"mk_dequantize_{kind}", "motekit/nn_data.h", (f"dequantize_{kind}.c",), (node.inputs[0],),
        (node.outputs[0],), extra=(float(source.scale), source.zero_point, result.elements),
        distance=_over_input(node, source, result),
    )  # fmt: skip


@operator("REQUANTIZE")
def requantize(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """DEQUANTIZE and QUANTIZE to another scale, in one: a table of what the float arithmetic gives."""
    source, result = graph.input(node, 0), graph.output(node)
    values = np.arange(-128, 128, dtype=np.int8)
    both = Graph(
        [
            Tensor("stored", "int8", values.shape, source.quantized, values),
            Tensor("floats", "float32", values.shape),
            Tensor("result", "int8", values.shape, result.quantized),
        ],
        [], [], [],
    )  # fmt: skip
    both.tensors[1].data = evaluate_dequantize(both, Node("DEQUANTIZE", [0], [1]))[0]
    return lookup(graph, node, evaluate_quantize(both, Node("QUANTIZE", [1], [2]))[0])


@evaluation("QUANTIZE")
def evaluate_quantize(graph: Graph, node: Node) -> list[np.ndarray]:
    """A constant in another type."""
    quantize(graph, node, Target())
    source, result, values = graph.input(node, 0), graph.output(node), graph.constant(node, 0)
    limits = np.iinfo(result.dtype)
    if source.dtype == "float32":
        if np.isnan(values).any():
            raise node_error(graph, node, "its constant holds values that are no numbers", "Quantize the model again")
        ratio = (values.astype(np.float32) / result.scale).astype(np.float64)
        stored = np.sign(ratio) * np.floor(np.abs(ratio) + 0.5) + result.zero_point
    else:
        multiplier, shift = fixedpoint.quantize_multiplier(float(source.scale) / float(result.scale))
        centred = values.astype(np.int64) - source.zero_point
        stored = fixedpoint.requantize_array(centred, multiplier, shift) + result.zero_point
    return [np.clip(stored, limits.min, limits.max).astype(result.dtype)]


@evaluation("DEQUANTIZE")
def evaluate_dequantize(graph: Graph, node: Node) -> list[np.ndarray]:
    """A constant as float32."""
    dequantize(graph, node, Target())
    source, values = graph.input(node, 0), graph.constant(node, 0)
    return [(float(source.scale) * (values.astype(np.int64) - source.zero_point)).astype(np.float32)]
