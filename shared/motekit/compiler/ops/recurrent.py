"""UNIDIRECTIONAL_SEQUENCE_LSTM and SVDF: layers whose state outlives a call."""

import math

import numpy as np

from .. import fixedpoint
from ..ir import Graph, Node, Tensor, node_error
from ..kernels import Array, Kernel, Struct, Target
from . import expect_dtype, expect_range, expect_rank, expect_shape, operator
from .conv import bias_of, expect_int32_sums, sum_bound
from .wide import sigmoid_config

_HEADER = "motekit/nn_recurrent.h"


def _state(graph: Graph, node: Node, position: int, dtypes: tuple[str, ...], elements: int) -> Tensor:
    tensor = graph.input(node, position)
    expect_dtype(graph, node, tensor, *dtypes)
    if not tensor.is_variable or tensor.elements != elements:
        raise node_error(graph, node, f"state {tensor.name!r} is not a variable of {elements} elements")
    return tensor


def _multiplier(graph: Graph, node: Node, factor: float) -> tuple[int, int]:
    if factor >= 2.0**14:
        raise node_error(graph, node, "its scales differ by more than 2^14")
    return fixedpoint.quantize_multiplier(factor)


@operator("SVDF")
def svdf(graph: Graph, node: Node, target: Target) -> Kernel:
    """Rank-constrained convolution over time."""
    source, features, times = (graph.input(node, i) for i in range(3))
    result = graph.output(node)
    for tensor in (source, features, result):
        expect_dtype(graph, node, tensor, "int8")
        expect_rank(graph, node, tensor, 2)
    expect_rank(graph, node, times, 2)
    (batch, inputs), (filters, _), memory = source.shape, features.shape, times.shape[1]
    rank = expect_range(graph, node, "rank", node.options["rank"], 1, 1024)
    if filters % rank:
        raise node_error(graph, node, f"{filters} filters do not divide by rank {rank}")
    units = filters // rank
    for size in (batch, inputs, units, memory):
        expect_range(graph, node, "a dimension", size, 1, 65535)
    expect_shape(graph, node, features, (filters, inputs))
    expect_shape(graph, node, times, (filters, memory))
    expect_shape(graph, node, result, (batch, units))
    expect_dtype(graph, node, times, "int8", "int16")
    state = _state(graph, node, 4, (times.dtype,), batch * filters * memory)
    weights = graph.constant(node, 1)
    if features.zero_point or times.zero_point:
        raise node_error(graph, node, "its weights have a zero point", "Quantize them symmetrically")
    bias_features = -source.zero_point * weights.astype(np.int64).sum(axis=1)
    expect_int32_sums(graph, node, sum_bound(weights, bias_features))
    bias = bias_of(graph, node, 3, units)
    reach = 65536 if times.dtype == "int16" else 256
    time_sums = np.abs(graph.constant(node, 2).astype(np.int64)).reshape(units, -1).sum(axis=1)
    expect_int32_sums(graph, node, int(np.max(time_sums * reach + np.abs(bias))))
    # products and quotients in float32, as TensorFlow Lite Micro computes them
    to_state = _multiplier(graph, node, float(source.scale * features.scale / state.scale))
    to_output = _multiplier(graph, node, float(state.scale * times.scale / result.scale))
    bits = 16 if times.dtype == "int16" else 8
    config = Struct(
        "mk_svdf",
        {
            "features": Array("int8_t", weights, kind="weights"),
            "times": Array(f"int{bits}_t", graph.constant(node, 2), kind="weights"),
            "bias_features": Array("int32_t", bias_features, kind="bias"),
            "bias": Array("int32_t", bias, kind="bias"),
            "batch": batch, "inputs": inputs, "units": units, "rank": rank, "memory": memory,
            "multiplier_state": to_state[0], "shift_state": to_state[1],
            "multiplier_out": to_output[0], "shift_out": to_output[1],
            "state_zero": state.zero_point, "out_zero": result.zero_point,
        },
    )  # fmt: skip
    return Kernel(
        f"mk_svdf_s{bits}", _HEADER, (f"svdf_s{bits}.c",), (node.inputs[0],), (node.inputs[4], node.outputs[0]),
        config, macs=batch * filters * (inputs + memory),
    )  # fmt: skip


_GATES = ("input", "forget", "modulation", "output")
_Q12, _Q15 = 2.0**-12, 2.0**-15


@operator("UNIDIRECTIONAL_SEQUENCE_LSTM")
def lstm(graph: Graph, node: Node, target: Target) -> Kernel:
    """A whole sequence through an LSTM without peepholes or projection."""
    if len(node.inputs) < 20 or node.options["activation"] != "TANH":
        raise node_error(graph, node, "only LSTMs with tanh are supported", "Use the layer's default activation")
    for position in (*range(9, 12), *range(16, 18), *range(20, len(node.inputs))):
        if graph.optional_input(node, position) is not None:
            raise node_error(graph, node, "peepholes, projection and layer norm are not supported", "Leave them out")
    source, result = graph.input(node, 0), graph.output(node)
    for tensor in (source, result):
        expect_dtype(graph, node, tensor, "int8")
        expect_rank(graph, node, tensor, 3)
    major = bool(node.options["time_major"])
    batch, steps = source.shape[:2] if not major else source.shape[1::-1]
    inputs, units = source.shape[2], result.shape[2]
    for size in (batch, steps, inputs, units):
        expect_range(graph, node, "a dimension", size, 1, 65535)
    expect_shape(graph, node, result, (*source.shape[:2], units))
    hidden = _state(graph, node, 18, ("int8",), batch * units)
    cell = _state(graph, node, 19, ("int16",), batch * units)
    if not hidden.quantized.same_as(result.quantization):
        raise node_error(graph, node, "its hidden state and its output differ in scale")
    fraction, exponent = math.frexp(float(cell.scale))
    if cell.zero_point or fraction != 0.5:
        raise node_error(graph, node, "its cell's scale is not a power of two", "Let the converter choose the scale")
    left = 12 + exponent - 1
    if not -30 <= left <= 14:
        raise node_error(graph, node, "its cell's scale is out of range")
    keep = _multiplier(graph, node, _Q15 * float(cell.scale) / float(cell.scale))
    update = _multiplier(graph, node, _Q15 * _Q15 / float(cell.scale))
    to_hidden = _multiplier(graph, node, _Q15 * _Q15 / float(hidden.scale))
    clip = float(node.options["cell_clip"])
    clip = min(max(clip / float(cell.scale), -32768.0), 32767.0) if math.isfinite(clip) else 0.0
    gates = {name: _gate(graph, node, i, source, hidden, inputs, units) for i, name in enumerate(_GATES)}
    config = Struct(
        "mk_lstm",
        {
            **gates,
            "gate_sigmoid": sigmoid_config(3, 0),
            "cell_tanh": sigmoid_config(3 << left if left >= 0 else 3, max(-left, 0)),
            "batch": batch, "steps": steps, "inputs": inputs, "units": units, "time_major": int(major),
            "cell_clip": int(clip), "hidden_zero": hidden.zero_point,
            "multiplier_keep": keep[0], "shift_keep": keep[1],
            "multiplier_update": update[0], "shift_update": update[1],
            "multiplier_hidden": to_hidden[0], "shift_hidden": to_hidden[1],
        },
    )  # fmt: skip
    return Kernel(
        "mk_lstm_s8", _HEADER, ("lstm_s8.c",), (node.inputs[0],), (node.inputs[18], node.inputs[19], node.outputs[0]),
        config, scratch=2 * units, macs=batch * steps * 4 * units * (inputs + units),
    )  # fmt: skip


def _gate(graph: Graph, node: Node, i: int, source: Tensor, hidden: Tensor, inputs: int, units: int) -> dict:
    weights, recurrent = graph.input(node, 1 + i), graph.input(node, 5 + i)
    for tensor, shape in ((weights, (units, inputs)), (recurrent, (units, units))):
        expect_dtype(graph, node, tensor, "int8")
        expect_shape(graph, node, tensor, shape)
        if tensor.quantized.scales.size != 1 or tensor.zero_point:
            raise node_error(graph, node, f"weights {tensor.name!r} are not quantized as a whole around 0")
    values, loop = graph.constant(node, 1 + i), graph.constant(node, 5 + i)
    bias = bias_of(graph, node, 12 + i, units) - source.zero_point * values.astype(np.int64).sum(axis=1)
    loop_bias = -hidden.zero_point * loop.astype(np.int64).sum(axis=1)
    expect_int32_sums(graph, node, max(sum_bound(values, bias), sum_bound(loop, loop_bias)))
    scale = _multiplier(graph, node, float(source.scale) * float(weights.scale) / _Q12)
    loop_scale = _multiplier(graph, node, float(hidden.scale) * float(recurrent.scale) / _Q12)
    return {
        "weights": Array("int8_t", values, kind="weights"),
        "recurrent": Array("int8_t", loop, kind="weights"),
        "bias": Array("int32_t", bias, kind="bias"),
        "recurrent_bias": Array("int32_t", loop_bias, kind="bias"),
        "multiplier": scale[0], "shift": scale[1],
        "recurrent_multiplier": loop_scale[0], "recurrent_shift": loop_scale[1],
    }  # fmt: skip
