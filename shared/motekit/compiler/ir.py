"""The graph between the .tflite file and the C: tensors, nodes, and what each of them must satisfy."""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..errors import ModelError

DTYPES = {
    "int8": np.dtype(np.int8),
    "int16": np.dtype(np.int16),
    "int32": np.dtype(np.int32),
    "int64": np.dtype(np.int64),
    "float32": np.dtype(np.float32),
    "bool": np.dtype(np.bool_),
    "resource": np.dtype(np.int32),
}


@dataclass(frozen=True)
class Quantization:
    """Affine quantization: real = scale * (stored - zero_point), for the tensor or along `axis`."""

    scales: np.ndarray
    zero_points: np.ndarray
    axis: int = 0

    @property
    def scale(self) -> np.float32:
        """The scale of the whole tensor."""
        return np.float32(self.scales[0])

    @property
    def zero_point(self) -> int:
        """The zero point of the whole tensor."""
        return int(self.zero_points[0])

    def same_as(self, other: "Quantization | None") -> bool:
        """Whether stored values mean the same numbers under both."""
        return (
            other is not None
            and np.array_equal(self.scales, other.scales)
            and np.array_equal(self.zero_points, other.zero_points)
        )


@dataclass
class Tensor:
    """A value of the graph; `data` is set for constants."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    quantization: Quantization | None = None
    data: np.ndarray | None = None
    is_variable: bool = False

    @property
    def elements(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def bytes(self) -> int:
        """Size in memory."""
        return self.elements * DTYPES[self.dtype].itemsize

    @property
    def scale(self) -> np.float32:
        """Scale of a tensor that is quantized as a whole."""
        return self.quantized.scale

    @property
    def zero_point(self) -> int:
        """Zero point of a tensor that is quantized as a whole."""
        return self.quantized.zero_point

    @property
    def quantized(self) -> Quantization:
        """The quantization, which must be there."""
        if self.quantization is None:
            raise ModelError(
                f"tensor {self.name!r} ({self.dtype}) carries no quantization. "
                "Convert the model with full integer quantization (a representative data set, int8 ops)."
            )
        return self.quantization


@dataclass
class Node:
    """One operator. `inputs` holds tensor numbers, -1 for an optional input that is absent."""

    op: str
    inputs: list[int]
    outputs: list[int]
    options: dict[str, Any] = field(default_factory=dict)
    index: int = 0

    def with_(self, **changes: Any) -> "Node":
        """Copy with some fields replaced."""
        return replace(self, **changes)


@dataclass
class Graph:
    """A network: nodes in an order in which they can run."""

    tensors: list[Tensor]
    nodes: list[Node]
    inputs: list[int]
    outputs: list[int]
    #: resource variables: tensors that outlive a call, by name, with their initial value
    variables: dict[str, "Variable"] = field(default_factory=dict)

    def add(self, tensor: Tensor) -> int:
        """Append a tensor and return its number."""
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def input(self, node: Node, position: int) -> Tensor:
        """Tensor at an input position that must be there."""
        tensor = self.optional_input(node, position)
        if tensor is None:
            raise node_error(self, node, f"input {position} is missing")
        return tensor

    def optional_input(self, node: Node, position: int) -> Tensor | None:
        """Tensor at an input position, or None."""
        if position >= len(node.inputs) or node.inputs[position] < 0:
            return None
        return self.tensors[node.inputs[position]]

    def output(self, node: Node, position: int = 0) -> Tensor:
        """Tensor at an output position."""
        return self.tensors[node.outputs[position]]

    def constant(self, node: Node, position: int) -> np.ndarray:
        """Value of an input that must be known at compile time."""
        tensor = self.input(node, position)
        if tensor.data is None:
            raise node_error(
                self,
                node,
                f"input {position} ({tensor.name!r}) is computed at run time",
                "Make it a constant of the model",
            )
        return tensor.data

    def consumers(self) -> dict[int, list[Node]]:
        """The nodes that read each tensor."""
        readers: dict[int, list[Node]] = {}
        for node in self.nodes:
            for number in set(node.inputs):
                if number >= 0:
                    readers.setdefault(number, []).append(node)
        return readers

    def producers(self) -> dict[int, Node]:
        """The node that writes each tensor."""
        return {number: node for node in self.nodes for number in node.outputs}


@dataclass
class Variable:
    """A resource variable: `initial` is what init writes, stored values as in the arena."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    quantization: Quantization | None
    initial: np.ndarray


def node_error(graph: Graph, node: Node, problem: str, remedy: str = "") -> ModelError:
    """A ModelError that names operator and tensor."""
    name = graph.tensors[node.outputs[0]].name if node.outputs else "?"
    text = f"{node.op} (operator {node.index}, output {name!r}): {problem}."
    return ModelError(f"{text} {remedy}.".replace("..", ".") if remedy else f"{text} Export the model again.")
