"""CONV_2D and DEPTHWISE_CONV_2D."""

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Array, Kernel, Struct, Target, channels, select
from ..kernels.describe import ConvOp, conv_fields
from . import expect_dtype, expect_range, expect_rank, expect_shape, operator, wide

LIMIT_DIMENSION = 32767


def padding_of(graph: Graph, node: Node, size: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    """Output size and padding before the first element, along one axis."""
    reach = (kernel - 1) * dilation + 1
    if node.options["padding"] == "SAME":
        out = -(-size // stride)
        return out, max((out - 1) * stride + reach - size, 0) // 2
    if size < reach:
        raise node_error(graph, node, f"the window of {reach} is larger than the input of {size}")
    return (size - reach) // stride + 1, 0


def image_shape(graph: Graph, node: Node, tensor: Tensor) -> tuple[int, int, int, int]:
    """Batch, height, width, channels, each within what the kernels index with."""
    expect_rank(graph, node, tensor, 4)
    for size in tensor.shape:
        expect_range(graph, node, f"a dimension of {tensor.name!r}", size, 1, LIMIT_DIMENSION)
    batch, height, width, channel_count = tensor.shape
    return batch, height, width, channel_count


def channel_scales(graph: Graph, node: Node, weights: Tensor, out_c: int, axis: int) -> np.ndarray:
    """Scale of each output channel's weights; they must be symmetric."""
    quantization = weights.quantized
    if np.any(quantization.zero_points != 0):
        raise node_error(graph, node, f"weights {weights.name!r} are not symmetric", "Quantize the weights to int8")
    if quantization.scales.size == 1:
        return np.repeat(quantization.scales, out_c)
    if quantization.axis != axis or quantization.scales.size != out_c:
        raise node_error(graph, node, f"weights {weights.name!r} are quantized along axis {quantization.axis}")
    return quantization.scales


def channel_multipliers(
    graph: Graph, node: Node, source: Tensor, scales: np.ndarray, result: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """Requantization of each output channel, from the product of scales in double precision."""
    factors = float(source.scale) * scales.astype(np.float64) / float(result.scale)
    if np.any(factors >= 2.0**30):
        raise node_error(graph, node, "the scales differ by more than 2^30")
    pairs = [fixedpoint.quantize_multiplier(float(factor)) for factor in factors]
    multipliers = np.array([pair[0] for pair in pairs], np.int64)
    return multipliers, np.array([pair[1] for pair in pairs], np.int64)


def bias_of(graph: Graph, node: Node, position: int, count: int, *dtypes: str) -> np.ndarray:
    """Bias as int64, zeros if the operator has none."""
    tensor = graph.optional_input(node, position)
    if tensor is None:
        return np.zeros(count, np.int64)
    expect_dtype(graph, node, tensor, *(dtypes or ("int32",)))
    expect_shape(graph, node, tensor, (count,))
    return graph.constant(node, position).astype(np.int64)


def sum_bound(weights_by_output: np.ndarray, bias: np.ndarray, largest: int = 128) -> int:
    """Largest magnitude that bias plus any partial sum of inputs times weights can take."""
    reach = np.abs(weights_by_output.astype(np.int64)).sum(axis=1) * largest
    return int(np.max(reach + np.abs(bias)))


def expect_int32_sums(graph: Graph, node: Node, bound: int) -> None:
    """Raise if a sum could leave int32."""
    if bound > fixedpoint.INT32_MAX:
        raise node_error(graph, node, "its sums can exceed 32 bits", "Use fewer inputs or smaller biases")


@operator("CONV_2D", "DEPTHWISE_CONV_2D")
def convolution(graph: Graph, node: Node, target: Target) -> Kernel:
    """Convolution, also grouped, dilated, depthwise and with any multiplier."""
    source, filters, result = graph.input(node, 0), graph.input(node, 1), graph.output(node)
    expect_dtype(graph, node, source, "int8", "int16")
    op = describe(graph, node, source, filters, result)
    return select("conv", op, target) if source.dtype == "int8" else wide.convolution(graph, node, op)


def describe(graph: Graph, node: Node, source: Tensor, filters: Tensor, result: Tensor) -> ConvOp:
    """A convolution as the kernel candidates see it."""
    depthwise = node.op == "DEPTHWISE_CONV_2D"
    expect_dtype(graph, node, result, source.dtype)
    expect_dtype(graph, node, filters, "int8")
    batch, in_h, in_w, in_c = image_shape(graph, node, source)
    expect_rank(graph, node, filters, 4)
    for size in filters.shape:
        expect_range(graph, node, f"a dimension of {filters.name!r}", size, 1, LIMIT_DIMENSION)
    kernel = (filters.shape[1], filters.shape[2])
    stride = _pair(graph, node, "stride")
    dilation = _pair(graph, node, "dilation")
    out_c = filters.shape[3] if depthwise else filters.shape[0]
    if depthwise:
        if filters.shape[0] != 1 or out_c % in_c:
            raise node_error(graph, node, f"a filter of {list(filters.shape)} does not fit {in_c} input channels")
    else:
        group_c = filters.shape[3]
        if in_c % group_c or out_c % (in_c // group_c):
            raise node_error(graph, node, f"a filter of {list(filters.shape)} does not fit {in_c} input channels")
    # a PAD that was folded in adds to the input, on both sides of each axis
    (above, below), (before, behind) = node.options.get("pads", ((0, 0), (0, 0)))
    out_h, top = padding_of(graph, node, in_h + above + below, kernel[0], stride[0], dilation[0])
    out_w, left = padding_of(graph, node, in_w + before + behind, kernel[1], stride[1], dilation[1])
    top, left = top + above, left + before
    expect_range(graph, node, "padding", max(top, left), 0, LIMIT_DIMENSION)
    expect_shape(graph, node, result, (batch, out_h, out_w, out_c))

    weights = graph.constant(node, 1)
    bias = bias_of(graph, node, 2, out_c, "int32", "int64")
    by_output = weights.reshape(-1, out_c).T if depthwise else weights.reshape(out_c, -1)
    if source.dtype == "int8":
        bias = bias - source.zero_point * by_output.astype(np.int64).sum(axis=1)
    shares = node.options.get("shares")
    furthest = bias if shares is None else np.abs(bias + shares).max(axis=(0, 1))
    bound = sum_bound(by_output, furthest, 128 if source.dtype == "int8" else 32768)
    if source.dtype == "int8":
        expect_int32_sums(graph, node, bound)
    scales = channel_scales(graph, node, filters, out_c, 3 if depthwise else 0)
    multipliers, shifts = channel_multipliers(graph, node, source, scales, result)
    limits = np.iinfo(result.dtype)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, limits.min, limits.max
    )
    return ConvOp(
        source=node.inputs[0], result=node.outputs[0], depthwise=depthwise, weights=weights, bias=bias,
        multipliers=multipliers, shifts=shifts, batch=batch, in_shape=(in_h, in_w, in_c),
        out_shape=(out_h, out_w, out_c), kernel=kernel, stride=stride, dilation=dilation, pad=(top, left),
        in_zero=source.zero_point, out_zero=result.zero_point, act_min=act_min, act_max=act_max, bound=bound,
        shares=shares,
    )  # fmt: skip


def _pair(graph: Graph, node: Node, name: str) -> tuple[int, int]:
    return (
        expect_range(graph, node, name, node.options[f"{name}_h"], 1, 1024),
        expect_range(graph, node, name, node.options[f"{name}_w"], 1, 1024),
    )


def fused_activation(graph: Graph, node: Node) -> str:
    """Name of the fused activation, one of those that are a clamp."""
    name = node.options.get("activation", "NONE")
    if name not in ("NONE", "RELU", "RELU6", "RELU_N1_TO_1"):
        raise node_error(graph, node, f"fused activation {name} is not supported", "Use a separate activation layer")
    return name


@operator("TRANSPOSE_CONV")
def transpose_conv(graph: Graph, node: Node, target: Target) -> Kernel:
    """Transposed convolution; the padding is that of the convolution it reverses."""
    filters, source, result = graph.input(node, 1), graph.input(node, 2), graph.output(node)
    for tensor in (source, filters, result):
        expect_dtype(graph, node, tensor, "int8")
        image_shape(graph, node, tensor)
    batch, in_h, in_w, in_c = source.shape
    out_c, *kernel, filter_c = filters.shape
    _, out_h, out_w, _ = result.shape
    expect_shape(graph, node, result, (batch, out_h, out_w, out_c))
    if filter_c != in_c or tuple(graph.constant(node, 0).ravel()) != result.shape:
        raise node_error(graph, node, "its filter or its output shape do not fit its input")
    stride = _pair(graph, node, "stride")
    pads = []
    for out, size, window, step in zip((out_h, out_w), (in_h, in_w), kernel, stride, strict=True):
        # a filter may be wider than the output only where padding cuts it
        fits = out >= window or node.options["padding"] == "SAME"
        expected = padding_of(graph, node, out, window, step, 1) if fits else (size, 0)
        if expected[0] != size:
            raise node_error(graph, node, f"{out} outputs do not come from {size} inputs")
        pads.append(expected[1])
    weights = graph.constant(node, 1)
    bias = bias_of(graph, node, 3, out_c)
    bound = int(np.max(np.abs(weights.reshape(out_c, -1).astype(np.int64)).sum(axis=1) * 255 + np.abs(bias)))
    expect_int32_sums(graph, node, bound)
    scales = channel_scales(graph, node, filters, out_c, 0)
    multipliers, shifts = channel_multipliers(graph, node, source, scales, result)
    act_min, act_max = fixedpoint.activation_range(
        fused_activation(graph, node), result.scale, result.zero_point, -128, 127
    )
    op = ConvOp(
        source=node.inputs[2], result=node.outputs[0], depthwise=False, weights=weights, bias=bias,
        multipliers=multipliers, shifts=shifts, batch=batch, in_shape=(in_h, in_w, in_c),
        out_shape=(out_h, out_w, out_c), kernel=(kernel[0], kernel[1]), stride=stride, dilation=(1, 1),
        pad=(pads[0], pads[1]), in_zero=source.zero_point, out_zero=result.zero_point, act_min=act_min,
        act_max=act_max, bound=bound,
    )  # fmt: skip
    config = Struct(
        "mk_conv",
        {
            "weights": Array("int8_t", weights, kind="weights"),
            "channels": channels(bias, multipliers, shifts),
            **conv_fields(op),
        },
    )
    return Kernel(
        "mk_transpose_conv_s8", "motekit/nn_conv.h", ("transpose_conv_s8.c",), (op.source,), (op.result,), config,
        macs=batch * in_h * in_w * weights.size,
    )  # fmt: skip
