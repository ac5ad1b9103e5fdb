"""A float model that computes with the numbers of its quantized twin, for any choice of layers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..compiler.ir import Graph, Tensor
from ..compiler.reader import read_bytes, read_tflite
from ..errors import ModelError
from .flatfile import FlatFile, quantization
from .interpreter import Floats
from .pairing import CHANGES, MOVES, makers_of, operands, pair

#: number of the layer that the model's own inputs are
INPUT = -1


@dataclass(frozen=True)
class Layer:
    """One operator of the quantized model that computes, or (`INPUT`) the inputs.

    Attributes
    ----------
    number : int
        Position of the operator in the quantized file, or `INPUT`.
    op, name : str
        Operator, and name of its output.
    outputs : tuple of int
        The tensors of the quantized file whose numbers it rounds.
    has_weights : bool
    """

    number: int
    op: str
    name: str
    outputs: tuple[int, ...]
    has_weights: bool


class Simulation:
    """A float .tflite and its quantized twin; quantizes, in float arithmetic, the layers one asks for.

    A layer's weights are replaced by what their stored integers mean, and what it outputs passes through
    QUANTIZE and DEQUANTIZE with the scale and zero point of the quantized file. Operators that only move values
    (reshapes, padding, maximum pooling) belong to the layer they take them from.

    Parameters
    ----------
    float_model, quantized_model : bytes or path
        int8, 16x8 or mixed; one network, as `pairing.pair` finds.

    Raises
    ------
    ModelError
        If the models are damaged, or no twins.
    """

    def __init__(self, float_model: bytes | str | Path, quantized_model: bytes | str | Path) -> None:
        self._float = read_bytes(float_model)
        self.graph: Graph = read_tflite(quantized_model)
        self.pairs = pair(self.graph, read_tflite(self._float))
        self.makers = makers_of(self.graph)
        if strange := [t.name for t in self.pairs.second.tensors if t.dtype in ("int8", "int16")]:
            raise ModelError(f"the float model holds integers ({strange[0]!r}). Give the float twin first.")
        self.layers = self._find_layers()

    def owner(self, number: int) -> int:
        """Layer whose rounding a tensor of the quantized file shows."""
        while number in self.makers:
            position = self.makers[number]
            node = self.graph.nodes[position]
            if not (self.moves(position) or node.op in CHANGES):
                return position
            number = node.inputs[0]
        return INPUT

    def moves(self, position: int) -> bool:
        """Whether an operator hands on its input's values, rounded as they were."""
        node = self.graph.nodes[position]
        result = self.graph.tensors[node.outputs[0]].quantization
        return node.op in MOVES and all(
            result is not None and result.same_as(self.graph.tensors[number].quantization)
            for number in node.inputs
            if number >= 0 and self.graph.tensors[number].data is None
        )

    def _find_layers(self) -> list[Layer]:
        tensors = self.graph.tensors
        inputs = tuple(self.graph.inputs)
        layers = [Layer(INPUT, "INPUT", tensors[inputs[0]].name, inputs, False)]
        for position, node in enumerate(self.graph.nodes):
            if position in self.pairs.nodes and not self.moves(position):
                constants = [tensors[n] for n in node.inputs if n >= 0 and tensors[n].data is not None]
                weights = any(t.quantization is not None for t in constants)
                name = tensors[node.outputs[0]].name
                layers.append(Layer(position, node.op, name, tuple(node.outputs), weights))
        return layers

    def model(self, weights: Collection[int], activations: Collection[int]) -> bytes:
        """The float .tflite with the weights and the outputs of some layers quantized."""
        return _Build(self, self._float, set(weights), set(activations)).bytes()

    def run(self, inputs: np.ndarray, weights: Collection[int], activations: Collection[int]) -> np.ndarray:
        """Outputs float32[n, ...] of `model` for inputs float32[n, ...] of a network with one of each."""
        return Floats(self.model(weights, activations)).predict(inputs)

    @property
    def all(self) -> list[int]:
        """Numbers of all layers."""
        return [layer.number for layer in self.layers]


class _Build:
    """One simulated model: a copy of the float file with operators and constants added."""

    def __init__(self, simulation: Simulation, float_model: bytes, weights: set[int], activations: set[int]) -> None:
        self.of, self.weights, self.activations = simulation, weights, activations
        self.file = FlatFile(float_model)
        self.known: dict[int, int] = {}
        self.operators: list = []

    def bytes(self) -> bytes:
        of, file = self.of, self.file
        twin = {there: here for here, there in of.pairs.nodes.items()}
        for position, operator in enumerate(list(file.operators)):
            if position in twin:
                self.quantize_operands(operator, twin[position], position)
            self.operators.append(operator)
        # a rounded output is an output of the file: nothing else reads it
        outputs = [self.rounded(number) for number in of.graph.outputs]
        file.graph.operators = self.operators
        file.graph.outputs = np.array(outputs, np.int32)
        return file.bytes()

    def quantize_operands(self, operator, here: int, there: int) -> None:
        graph, pairs = self.of.graph, self.of.pairs
        node, float_node = graph.nodes[here], pairs.second.nodes[there]
        inputs = list(operator.inputs)
        for place, (number, float_number) in enumerate(operands(node, float_node)):
            tensor, exact = graph.tensors[number], pairs.second.tensors[float_number]
            position = [k for k, n in enumerate(node.inputs) if n >= 0][place]
            if tensor.data is None:
                inputs[position] = self.rounded(number)
            elif tensor.quantization is not None and exact.dtype == "float32":
                owner = self.of.owner(node.outputs[0]) if self.of.moves(here) else here
                if owner in self.weights:
                    inputs[position] = self.file.add_tensor(
                        f"{exact.name}/rounded/{here}", exact.shape, "float32", data=dequantized(tensor)
                    )
        operator.inputs = np.array(inputs, np.int32)

    def rounded(self, number: int) -> int:
        """Tensor of the new file that holds a quantized tensor's values, made on the way if it is not there."""
        if number not in self.known:
            self.known[number] = self.make_rounded(number)
        return self.known[number]

    def make_rounded(self, number: int) -> int:
        of, tensor = self.of, self.of.graph.tensors[number]
        position = of.makers.get(number)
        if position is not None and of.graph.nodes[position].op in CHANGES:
            source = self.rounded(of.graph.nodes[position].inputs[0])
        else:
            source = of.pairs.tensors[number]
            if position is not None and of.moves(position):
                return source
        if tensor.dtype not in ("int8", "int16") or of.owner(number) not in self.activations:
            return source
        shape, name = tensor.shape, f"{tensor.name}/{number}"
        parameters = quantization(float(tensor.scale), tensor.zero_point)
        stored = self.file.add_tensor(f"{name}/stored", shape, tensor.dtype, parameters)
        result = self.file.add_tensor(f"{name}/rounded", shape, "float32")
        self.operators.append(self.file.unary("QUANTIZE", source, stored))
        self.operators.append(self.file.unary("DEQUANTIZE", stored, result))
        return result


def dequantized(tensor: Tensor, values: np.ndarray | None = None) -> np.ndarray:
    """What a quantized tensor's stored integers (its constant's, unless others are given) mean, float32."""
    stored = np.asarray(tensor.data if values is None else values).astype(np.float64).reshape(tensor.shape)
    parameters = tensor.quantized
    if parameters.scales.size == 1:
        return ((stored - parameters.zero_point) * np.float64(parameters.scale)).astype(np.float32)
    across = [1] * len(tensor.shape)
    across[parameters.axis] = -1
    centred = stored - parameters.zero_points.reshape(across)
    return (centred * parameters.scales.astype(np.float64).reshape(across)).astype(np.float32)


def only_io(graph: Graph, what: Sequence[int]) -> Tensor:
    """The one input or output of a graph.

    Raises
    ------
    ModelError
        If there are several.
    """
    if len(what) != 1:
        raise ModelError("the model has several inputs or outputs; this is for models with one of each. Split it.")
    return graph.tensors[what[0]]
