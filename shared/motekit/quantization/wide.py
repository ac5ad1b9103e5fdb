"""16-bit activations where 8 bits are not enough: whole models, and int8 models with some layers of 16x8.

TensorFlow Lite's converter quantizes a whole model either way and cannot mix. So it is asked for both, and the
two files are woven into one: each operator is taken from the int8 or from the 16x8 file, and where a tensor
passes from one kind to the other a QUANTIZE goes between.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..compiler.ir import Graph
from ..compiler.reader import read_tflite
from ..errors import ConfigError
from .flatfile import FlatFile
from .pairing import CHANGES, MOVES, makers_of, pair, unchanged


def mixed(int8_model: bytes | str | Path, wide_model: bytes | str | Path, layers: Collection[int]) -> bytes:
    """An int8 model with some operators replaced by those of its 16x8 twin.

    Parameters
    ----------
    int8_model, wide_model : bytes or path
        .tflite files of one network.
    layers : collection of int
        Positions of operators in the int8 file. Operators that only move values (reshapes, padding, maximum
        pooling) follow the one they read from and need not be named.

    Returns
    -------
    bytes
        A .tflite with the int8 model's inputs and outputs.

    Raises
    ------
    ConfigError
        If a number in `layers` is no operator that both files have.
    ModelError
        If the files are damaged or no twins.

    Notes
    -----
    A layer's output keeps its 16 bits only where its readers are 16-bit layers too; see `with_readers`.
    """
    return _Weave(int8_model, wide_model, set(layers)).bytes()


def with_readers(graph: Graph, layer: int) -> set[int]:
    """A layer and the operators that read its output, also through operators that only move values.

    What one needs to keep the output of `layer` in 16 bits; the model's output needs none.
    """
    consumers: dict[int, set[int]] = {}
    for position, node in enumerate(graph.nodes):
        for number in node.inputs:
            consumers.setdefault(number, set()).add(position)
    chosen, pending = {layer}, list(graph.nodes[layer].outputs) if layer >= 0 else list(graph.inputs)
    chosen.discard(-1)
    while pending:
        for position in consumers.get(pending.pop(), ()):
            node = graph.nodes[position]
            if node.op in CHANGES or node.op in MOVES:
                pending += node.outputs
            else:
                chosen.add(position)
    return chosen


@dataclass(frozen=True)
class _Side:
    """One of the two files: as objects to take from, and as a graph to walk."""

    file: FlatFile
    graph: Graph
    makers: dict[int, int]

    @classmethod
    def read(cls, model: bytes | str | Path) -> "_Side":
        graph = read_tflite(model)
        return cls(FlatFile(model), graph, makers_of(graph))


class _Weave:
    """Two files on their way into one; int8 tensors keep their numbers, 16-bit ones are appended when needed."""

    def __init__(self, int8_model: bytes | str | Path, wide_model: bytes | str | Path, layers: set[int]) -> None:
        self.narrow, self.wide = _Side.read(int8_model), _Side.read(wide_model)
        self.pairs = pair(self.narrow.graph, self.wide.graph)
        if strange := sorted(layers - set(self.pairs.nodes)):
            raise ConfigError(f"layer {strange[0]} is not in both models. Choose from the sensitivity report.")
        self.back = {there: here for here, there in self.pairs.tensors.items()}
        self.chosen = layers | {
            position
            for position in self.pairs.nodes
            if self.narrow.graph.nodes[position].op in MOVES and self.origin(position) in layers
        }
        self.out = FlatFile(int8_model)
        self.operators: list = []
        self.narrow_known: dict[int, int] = {}
        self.wide_known: dict[int, int] = {}

    def origin(self, position: int) -> int | None:
        """The operator that an operator which only moves values moves them from."""
        graph, makers = self.narrow.graph, self.narrow.makers
        while True:
            node = graph.nodes[position]
            if node.op not in MOVES and node.op not in CHANGES:
                return position
            data = [n for n in node.inputs if n >= 0 and graph.tensors[n].data is None]
            if not data or data[0] not in makers:
                return None
            position = makers[data[0]]

    def bytes(self) -> bytes:
        graph = self.narrow.graph
        for position, node in enumerate(graph.nodes):
            if node.op in CHANGES:
                # made when somebody reads its output
                continue
            if position in self.chosen:
                self.take_wide(self.pairs.nodes[position])
            else:
                self.take_narrow(position)
        outputs = [self.as_narrow(number) for number in graph.outputs]
        self.out.graph.operators = self.operators
        self.out.graph.outputs = np.array(outputs, np.int32)
        return self.out.bytes()

    def take_narrow(self, position: int) -> None:
        node, operator = self.narrow.graph.nodes[position], self.narrow.file.operators[position]
        tensors = self.narrow.graph.tensors
        inputs = [n if n < 0 or tensors[n].data is not None else self.as_narrow(n) for n in node.inputs]
        self.narrow_known |= {number: number for number in node.outputs}
        taken = self.out.take_operator(self.narrow.file, position, inputs, list(operator.outputs))
        self.operators.append(taken)

    def take_wide(self, position: int) -> None:
        node, tensors = self.wide.graph.nodes[position], self.wide.graph.tensors
        inputs = []
        for number in node.inputs:
            if number >= 0 and tensors[number].data is not None:
                self.wide_known.setdefault(number, self.out.take_tensor(self.wide.file, number))
            inputs.append(number if number < 0 else self.as_wide(number))
        outputs = [self.out.take_tensor(self.wide.file, number) for number in node.outputs]
        self.wide_known |= dict(zip(node.outputs, outputs, strict=True))
        self.operators.append(self.out.take_operator(self.wide.file, position, inputs, outputs))

    def as_narrow(self, number: int) -> int:
        """An int8 file's tensor, converted from what there is if no int8 operator made it."""
        if number not in self.narrow_known:
            maker = self.narrow.makers.get(number)
            if maker is None:
                source = number
            elif self.narrow.graph.nodes[maker].op in CHANGES:
                source = self.native(self.narrow.graph.nodes[maker].inputs[0])
            else:
                source = self.native(number)
            self.narrow_known[number] = self.convert(source, number)
        return self.narrow_known[number]

    def native(self, number: int) -> int:
        """The tensor that holds an int8 file's tensor without a conversion, if there is one."""
        if number in self.narrow_known:
            return number
        twin = self.pairs.tensors.get(number)
        return self.wide_known[twin] if twin in self.wide_known else self.as_narrow(number)

    def as_wide(self, number: int) -> int:
        """A 16x8 file's tensor, converted from what there is if no 16x8 operator made it."""
        if number not in self.wide_known:
            start = unchanged(self.wide.graph, self.wide.makers, number)
            source = self.wide_known.get(start)
            if source is None:
                source = self.as_narrow(self.back[start])
            result = self.out.take_tensor(self.wide.file, number)
            self.wide_known[number] = self.convert(source, result)
        return self.wide_known[number]

    def convert(self, source: int, result: int) -> int:
        if source != result:
            self.operators.append(self.out.unary("QUANTIZE", source, result))
        return result
