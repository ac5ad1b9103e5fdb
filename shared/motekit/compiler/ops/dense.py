"""FULLY_CONNECTED."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, node_error
from ..kernels import Kernel, Target, select
from ..kernels.describe import ConvOp, DenseOp
from . import expect_dtype, expect_range, expect_rank, operator, wide
from .conv import bias_of, channel_multipliers, expect_int32_sums, fused_activation, sum_bound


@operator("FULLY_CONNECTED")
def fully_connected(graph: Graph, node: Node, target: Target) -> Kernel:
    """Fully connected layer, with one scale or one for each output."""
    description = describe_dense(graph, node)
    if isinstance(description, DenseOp):
        return select("dense", description, target)
    if graph.input(node, 0).dtype == "int16":
        return wide.convolution(graph, node, description)
    return select("conv", description, target)


def describe_dense(graph: Graph, node: Node) -> ConvOp | DenseOp:
    """A dense layer as the kernel candidates see it; one with a scale per output is a 1x1 convolution."""
    source, filters, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16")
    expect_dtype(graph, node, filters, "int8")
    expect_dtype(graph, node, result, source.dtype)
    if node.options["weights_format"] != 0:
        raise node_error(graph, node, "its weights are stored shuffled", "Convert the model again without shuffling")
    expect_rank(graph, node, filters, 2)
    outputs, inputs = filters.shape
    expect_range(graph, node, "the number of outputs", outputs, 1, 65535)
    if source.elements % inputs or result.elements != source.elements // inputs * outputs:
        raise node_error(
            graph, node,
            f"input {list(source.shape)}, weights {list(filters.shape)} and output {list(result.shape)} do not fit",
        )  # fmt: skip
    rows = source.elements // inputs
    weights = _symmetric(graph, node, graph.constant(node, 1))
    is_wide = source.dtype == "int16"
    bias = bias_of(graph, node, 2, outputs, "int32", *(("int64",) if is_wide else ()))
    bias = bias - source.zero_point * weights.astype(np.int64).sum(axis=1)
    bound = sum_bound(weights, bias, 32768 if is_wide else 128)
    if not is_wide:
        expect_int32_sums(graph, node, bound)
    limits = np.iinfo(result.dtype)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, limits.min, limits.max
    )
    common = dict(
        source=node.inputs[0], result=node.outputs[0], bias=bias, out_zero=result.zero_point,
        act_min=act_min, act_max=act_max, bound=bound,
    )  # fmt: skip

    scales = filters.quantized.scales
    if scales.size > 1 or is_wide:
        if scales.size > 1 and filters.quantized.axis != 0:
            raise node_error(graph, node, f"weights {filters.name!r} are quantized along axis 1")
        expect_range(graph, node, "the number of rows", rows, 1, 32767)
        expect_range(graph, node, "the number of inputs", inputs, 1, 32767)
        each = np.repeat(scales, outputs) if scales.size == 1 else scales
        multipliers, shifts = channel_multipliers(graph, node, source, each, result)
        return ConvOp(
            **common, depthwise=False, weights=weights.reshape(outputs, 1, 1, inputs), multipliers=multipliers,
            shifts=shifts, batch=1, in_shape=(1, rows, inputs), out_shape=(1, rows, outputs), kernel=(1, 1),
            stride=(1, 1), dilation=(1, 1), pad=(0, 0), in_zero=source.zero_point,
        )  # fmt: skip

    factor = float(source.scale) * float(scales[0]) / float(result.scale)
    if factor >= 2.0**30:
        raise node_error(graph, node, "the scales differ by more than 2^30")
    multiplier, shift = fixedpoint.quantize_multiplier(factor)
    return DenseOp(**common, weights=weights, multiplier=multiplier, shift=shift, rows=rows)


def _symmetric(graph: Graph, node: Node, weights: np.ndarray) -> np.ndarray:
    zero = graph.input(node, 1).quantized.zero_points
    shifted = weights.astype(np.int64) - (zero[:, None] if zero.size > 1 else zero[0])
    if shifted.min() < -128 or shifted.max() > 127:
        raise node_error(graph, node, "its weights have a zero point other than 0", "Quantize the weights to int8")
    return shifted.astype(np.int8)
