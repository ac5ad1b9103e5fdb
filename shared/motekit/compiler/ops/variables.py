"""Resource variables: VAR_HANDLE, READ_VARIABLE, ASSIGN_VARIABLE and CALL_ONCE.

After `resolve` a variable is a tensor of the graph that keeps its value between calls; reading and
assigning are copies. CALL_ONCE only sets initial values, which are found at compile time.
"""

import numpy as np

from ...errors import ModelError
from ..ir import DTYPES, Graph, Node, Tensor, Variable, node_error
from ..kernels import Kernel, Target
from . import Alias, operator
from .data import copy_kernel


def _zero_of(tensor: Tensor) -> int:
    """Value a variable starts with: real 0."""
    if tensor.dtype in ("int8", "int16") and tensor.quantization is not None:
        return tensor.zero_point
    return 0


def add_layer_states(graph: Graph) -> None:
    """Register the variable tensors that LSTM and SVDF layers keep."""
    for number, tensor in enumerate(graph.tensors):
        if tensor.is_variable and tensor.data is None:
            value = np.full(tensor.shape, _zero_of(tensor), DTYPES[tensor.dtype])
            graph.variables[str(number)] = Variable(tensor.name, tensor.dtype, tensor.shape, None, value)


def resolve(graph: Graph, subgraphs: list[Graph]) -> None:
    """Turn resource handles into variables.

    Parameters
    ----------
    graph : Graph
        The main graph; changed in place.
    subgraphs : list of Graph
        All of the file, the main one first.

    Raises
    ------
    ModelError
        If a variable is read but never assigned, or two uses differ in type or size.
    """
    handles = {node.outputs[0]: _key(graph, node) for node in graph.nodes if node.op == "VAR_HANDLE" and node.outputs}
    variables: dict[str, int] = {}
    kept: list[Node] = []
    for node in graph.nodes:
        if node.op == "VAR_HANDLE":
            continue
        if node.op == "CALL_ONCE":
            continue
        if node.op in ("READ_VARIABLE", "ASSIGN_VARIABLE"):
            key = handles.get(node.inputs[0] if node.inputs else -1)
            value = node.outputs[0] if node.op == "READ_VARIABLE" and node.outputs else node.inputs[-1]
            if key is None or value < 0 or len(node.inputs) != (1 if node.op == "READ_VARIABLE" else 2):
                raise ModelError(f"{node.op} (operator {node.index}) has no variable. Export the model again.")
            variable = _variable(graph, node, variables, key, value)
            if node.op == "READ_VARIABLE":
                node = node.with_(inputs=[variable])
            else:
                node = node.with_(inputs=[value], outputs=[variable])
        kept.append(node)
    assigned = {node.outputs[0] for node in kept if node.op == "ASSIGN_VARIABLE"}
    for key, number in variables.items():
        if number not in assigned:
            raise ModelError(f"variable {key!r} is never assigned. Make it a constant of the model.")
    for node in graph.nodes:
        if node.op == "CALL_ONCE":
            _initialise(graph, node, subgraphs, variables)
    graph.nodes = kept


def _key(graph: Graph, node: Node) -> str:
    return f"{node.options['container']}/{node.options['shared_name']}"


def _variable(graph: Graph, node: Node, variables: dict[str, int], key: str, value: int) -> int:
    """Number of a variable's tensor, which is made at its first use."""
    tensor = graph.tensors[value]
    if key not in variables:
        if tensor.dtype not in ("int8", "int16", "int32", "float32"):
            raise node_error(graph, node.with_(outputs=[value]), f"a variable of {tensor.dtype} is not supported")
        start = np.full(tensor.shape, _zero_of(tensor), DTYPES[tensor.dtype])
        if tensor.dtype == "int16":
            # TensorFlow Lite Micro fills bytes with the zero point, which for int16 is always 0
            start[:] = 0
        number = graph.add(Tensor(key, tensor.dtype, tensor.shape, tensor.quantization, None, True))
        variables[key] = number
        graph.variables[str(number)] = Variable(key, tensor.dtype, tensor.shape, tensor.quantization, start)
    known = graph.tensors[variables[key]]
    if (known.dtype, known.elements) != (tensor.dtype, tensor.elements):
        raise node_error(graph, node.with_(outputs=[value]), f"variable {key!r} changes its type or size")
    return variables[key]


def _initialise(graph: Graph, call: Node, subgraphs: list[Graph], variables: dict[str, int]) -> None:
    from ..simplify import evaluate_constants

    index = call.options["subgraph"]
    if not 1 <= index < len(subgraphs):
        raise ModelError(f"CALL_ONCE (operator {call.index}) calls subgraph {index}. Export the model again.")
    start = subgraphs[index]
    handles = {node.outputs[0]: _key(start, node) for node in start.nodes if node.op == "VAR_HANDLE" and node.outputs}
    evaluate_constants(start)
    for node in start.nodes:
        if node.op == "VAR_HANDLE":
            continue
        if node.op != "ASSIGN_VARIABLE" or len(node.inputs) != 2 or node.inputs[0] not in handles:
            raise ModelError(f"{node.op} in an initialiser cannot be run at compile time. Assign constants only.")
        key = handles[node.inputs[0]]
        value = start.input(node, 1)
        if value.data is None:
            raise ModelError(f"variable {key!r} does not start with a constant. Assign constants only.")
        if key not in variables:
            continue
        variable = graph.variables[str(variables[key])]
        if (value.dtype, value.elements) != (variable.dtype, int(np.prod(variable.shape, dtype=np.int64))):
            raise ModelError(f"variable {key!r} starts with another type or size. Export the model again.")
        variable.initial = value.data.reshape(variable.shape)


@operator("READ_VARIABLE", "ASSIGN_VARIABLE")
def copy(graph: Graph, node: Node, target: Target) -> Kernel | Alias:
    """State that outlives a call: the variable's memory to a tensor, or back."""
    size = [graph.input(node, 0).elements]
    return copy_kernel(graph, node.inputs[0], node.outputs[0], size, [1], [1])
