"""UNIDIRECTIONAL_SEQUENCE_LSTM and SVDF: layers whose state outlives a call."""

import math
from dataclasses import dataclass

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
    bound = sum_bound(weights, bias_features)
    expect_int32_sums(graph, node, bound)
    bias = bias_of(graph, node, 3, units)
    weights_time = graph.constant(node, 2).astype(np.int64).reshape(units, -1)
    bias = bias - state.zero_point * weights_time.sum(axis=1)
    if times.dtype == "int8":
        expect_int32_sums(graph, node, int(np.max(np.abs(weights_time).sum(axis=1) * 256 + np.abs(bias))))
    else:  # they may wrap, as TensorFlow Lite Micro's do
        bias = bias.astype(np.int32)
    # in double, as the oracle's build computes them: float32 is a byte off in one of a thousand outputs
    to_state = _multiplier(graph, node, float(source.scale) * float(features.scale) / float(state.scale))
    to_output = _multiplier(graph, node, float(state.scale) * float(times.scale) / float(result.scale))
    bits = 16 if times.dtype == "int16" else 8
    small = bound < 1 << 30 and -31 <= to_state[1] <= -2 and to_output[1] < 0
    config = Struct(
        "mk_svdf",
        {
            "features": Array("int8_t", weights, kind="weights"),
            "times": Array(f"int{bits}_t", graph.constant(node, 2), kind="weights"),
            "bias_features": Array("int32_t", bias_features, kind="bias"),
            "bias": Array("int32_t", bias, kind="bias"),
            "batch": batch, "inputs": inputs, "units": units, "rank": rank, "memory": memory, "small": int(small),
            "multiplier_state": to_state[0], "shift_state": to_state[1],
            "multiplier_out": to_output[0], "shift_out": to_output[1],
            "state_zero": state.zero_point, "out_zero": result.zero_point,
        },
    )  # fmt: skip
    return Kernel(
        f"mk_svdf_s{bits}", _HEADER, (f"svdf_s{bits}.c", "dot4.c"), (node.inputs[0],),
        (node.inputs[4], node.outputs[0]), config, macs=batch * filters * (inputs + memory),
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
    gates = [_gate(graph, node, i, source, hidden, inputs, units) for i in range(4)]
    shared = {
        "gate_sigmoid": sigmoid_config(3, 0),
        "cell_tanh": sigmoid_config(3 << left if left >= 0 else 3, max(-left, 0)),
        "batch": batch, "steps": steps, "inputs": inputs, "units": units, "time_major": int(major),
        "cell_clip": int(clip), "hidden_zero": hidden.zero_point,
        "multiplier_keep": keep[0], "shift_keep": keep[1],
        "multiplier_update": update[0], "shift_update": update[1],
        "multiplier_hidden": to_hidden[0], "shift_hidden": to_hidden[1],
    }  # fmt: skip
    fast = (
        target.name in ("dsp", "mve")
        and all(gate.is_small for gate in gates)
        and max(keep[1], update[1], to_hidden[1]) < 0
    )
    function, config, scratch = _quad(gates, shared) if fast else _plain(gates, shared)
    return Kernel(
        function, _HEADER, (f"{function.removeprefix('mk_')}.c",), (node.inputs[0],),
        (node.inputs[18], node.inputs[19], node.outputs[0]), config, scratch=scratch,
        macs=batch * steps * 4 * units * (inputs + units),
    )  # fmt: skip


@dataclass(frozen=True)
class _Gate:
    """Weights, bias and scale of a gate's two dense layers, of the input and of the hidden state."""

    weights: tuple[np.ndarray, np.ndarray]
    bias: tuple[np.ndarray, np.ndarray]
    scales: tuple[tuple[int, int], tuple[int, int]]

    @property
    def is_small(self) -> bool:
        """Whether the sums hold the bounds that `mk_lstm_quad` names."""
        layers = zip(self.weights, self.bias, self.scales, strict=True)
        return all(
            weights.min() > -128
            and sum_bound(weights, np.zeros_like(bias)) < 1 << 22
            and sum_bound(weights, bias) << max(scale[1], 0) < 1 << 30
            for weights, bias, scale in layers
        )

    @property
    def fields(self) -> dict[str, int]:
        """The scales as `mk_lstm_gate` names them."""
        (multiplier, shift), (loop_multiplier, loop_shift) = self.scales
        return {
            "multiplier": multiplier, "shift": shift,
            "recurrent_multiplier": loop_multiplier, "recurrent_shift": loop_shift,
        }  # fmt: skip


def _plain(gates: list[_Gate], shared: dict) -> tuple[str, Struct, int]:
    fields = {
        name: {
            "weights": Array("int8_t", gate.weights[0], kind="weights"),
            "recurrent": Array("int8_t", gate.weights[1], kind="weights"),
            "bias": Array("int32_t", gate.bias[0], kind="bias"),
            "recurrent_bias": Array("int32_t", gate.bias[1], kind="bias"),
            **gate.fields,
        }
        for name, gate in zip(_GATES, gates, strict=True)
    }
    return "mk_lstm_s8", Struct("mk_lstm", {**fields, **shared}), 2 * shared["units"]


def _quad(gates: list[_Gate], shared: dict) -> tuple[str, Struct, int]:
    """Weights of gates a and b as 256 b + a, in one stream, in the order in which SXTB16 widens activations."""
    rows = []
    for part in range(2):
        stack = np.stack([gate.weights[part] for gate in gates]).astype(np.int16)
        stack = np.pad(stack, ((0, 0), (0, 0), (0, -stack.shape[2] % 4)))
        pairs = 256 * stack[1::2] + stack[::2]
        fours = pairs.reshape(2, len(pairs[0]), -1, 4)[..., [0, 2, 1, 3]]
        rows.append(fours.transpose(1, 2, 0, 3).reshape(len(pairs[0]), -1))
    packed = np.concatenate(rows, axis=1).astype("<i2").view(np.int8)
    bias = np.stack([[gate.bias[part] for gate in gates] for part in range(2)])
    config = Struct(
        "mk_lstm_quad",
        {
            "lstm": {**{name: gate.fields for name, gate in zip(_GATES, gates, strict=True)}, **shared},
            "weights": Array("int8_t", packed, kind="weights", align=4),
            "bias": Array("int32_t", bias.transpose(2, 0, 1), kind="bias"),
        },
    )
    return "mk_lstm_s8_quad", config, 8 * (-(-shared["inputs"] // 4) + -(-shared["units"] // 4))


def _gate(graph: Graph, node: Node, i: int, source: Tensor, hidden: Tensor, inputs: int, units: int) -> _Gate:
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
    return _Gate((values, loop), (bias, loop_bias), (scale, loop_scale))
