"""Finds the first layer whose output differs from TensorFlow Lite Micro's.

Every intermediate tensor is made an output of the model, so that both sides show all of them; the
model itself is compared too, because only there memory is shared and the graph simplified.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ModelError
from ..oracle import Tflm
from .host import HostModel
from .ir import DTYPES, Graph
from .reader import read_bytes, read_tflite

_VISIBLE = ("int8", "int16", "int32", "float32", "bool")
_MOST_OUTPUTS = 200


def diff(model: bytes | str | Path, *, board: str = "host", seed: int = 0, trials: int = 5) -> dict[str, Any]:
    """Compare a model layer by layer with the oracle.

    Parameters
    ----------
    model : bytes or path
        A .tflite file.
    board : str
        "host", or a board of `motekit bench`: its emulator runs the layers.
    seed : int
        Of the random inputs.
    trials : int
        Inputs tried, at least 1.

    Returns
    -------
    dict
        equal; model and board; layers compared; if not equal, `first`: operator, layer number, tensor,
        input number, index of the first wrong element, expected and found value, how many differ;
        and `text`, which says it in a line.

    Raises
    ------
    ModelError
        If the model is damaged, or either side cannot run it.
    """
    data = read_bytes(model)
    graph = read_tflite(data)
    inputs = _random_inputs(graph, seed, trials)
    name = str(model) if isinstance(model, str | Path) else "model"
    shown = [number for node in _main_nodes(data) for number in node if graph.tensors[number].dtype in _VISIBLE]
    found: dict[str, Any] = {"model": name, "board": board, "layers": len(shown), "equal": True, "first": None}
    for start in range(0, len(shown), _MOST_OUTPUTS):
        part = shown[start : start + _MOST_OUTPUTS]
        exposed = expose(data, part)
        expected = _run_oracle(exposed, inputs)
        actual = _run(exposed, inputs, board, optimise=False)
        first = _first_difference(graph, part, expected, actual)
        if first:
            found.update(equal=False, first=first, text=_describe(name, board, first))
            return found
    if _whole_differs(data, inputs, board):
        text = (
            f"{name}: every layer alone equals TensorFlow Lite Micro on {board}, the model does not: the fault is in "
            "sharing memory or simplifying the graph. Report it with the model."
        )
        found.update(equal=False, text=text)
        return found
    found["text"] = (
        f"{name}: all {len(shown)} layers equal TensorFlow Lite Micro on {board}, {trials} inputs, every byte"
    )
    return found


def _main_nodes(data: bytes) -> list[list[int]]:
    """Outputs of each operator of the main subgraph, in running order."""
    return [node.outputs for node in read_tflite(data).nodes if node.op != "ASSIGN_VARIABLE"]


def expose(data: bytes, tensors: list[int]) -> bytes:
    """The same model with these tensors as its outputs."""
    import flatbuffers
    from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAsModel(data, 0))
    model.subgraphs[0].outputs = np.array(tensors, np.int32)
    model.signatureDefs = None
    builder = flatbuffers.Builder(len(data))
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _random_inputs(graph: Graph, seed: int, trials: int) -> list[list[np.ndarray]]:
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(max(trials, 1)):
        row = []
        for number in graph.inputs:
            tensor = graph.tensors[number]
            dtype = DTYPES[tensor.dtype]
            if dtype.kind == "f":
                row.append(rng.normal(size=tensor.shape).astype(dtype))
            elif dtype.kind == "b":
                row.append(rng.integers(0, 2, tensor.shape).astype(dtype))
            else:
                limits = np.iinfo(dtype)
                row.append(rng.integers(limits.min, int(limits.max) + 1, tensor.shape).astype(dtype))
        rows.append(row)
    return rows


def _run_oracle(data: bytes, inputs: list[list[np.ndarray]]) -> list[list[np.ndarray]]:
    oracle = Tflm(data)
    return [oracle.invoke(row) for row in inputs]


def _run(data: bytes, inputs: list[list[np.ndarray]], board: str, *, optimise: bool) -> list[list[np.ndarray]]:
    if board == "host":
        host = HostModel(data, optimise=optimise)
        return [host.invoke(row) for row in inputs]
    from ..batch import BatchModel, run_batch

    return run_batch([BatchModel(data, inputs)], board)[0]


def _whole_differs(data: bytes, inputs: list[list[np.ndarray]], board: str) -> bool:
    expected, actual = _run_oracle(data, inputs), _run(data, inputs, board, optimise=True)
    return any(
        not _same(a, b) for wanted, got in zip(expected, actual, strict=True) for a, b in zip(wanted, got, strict=True)
    )


def _same(a: np.ndarray, b: np.ndarray) -> bool:
    return a.size == b.size and a.tobytes() == b.tobytes()


def _first_difference(
    graph: Graph, shown: list[int], expected: list[list[np.ndarray]], actual: list[list[np.ndarray]]
) -> dict[str, Any] | None:
    producers = {number: (i, node) for i, node in enumerate(graph.nodes) for number in node.outputs}
    for position, number in enumerate(shown):
        for trial, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
            a, b = wanted[position], got[position]
            if _same(a, b):
                continue
            tensor = graph.tensors[number]
            if a.size != b.size:
                raise ModelError(f"tensor {tensor.name!r} has another size in the oracle. Fix the batch size at 1.")
            layer, node = producers[number]
            place = int(np.flatnonzero(a.ravel() != b.ravel())[0])
            return {
                "layer": layer,
                "operator": node.op,
                "tensor": tensor.name,
                "shape": list(tensor.shape),
                "input": trial,
                "index": [int(i) for i in np.unravel_index(place, tensor.shape)] if tensor.shape else [],
                "expected": a.ravel()[place].item(),
                "found": b.ravel()[place].item(),
                "differing": int(np.count_nonzero(a.ravel() != b.ravel())),
                "elements": int(a.size),
            }
    return None


def _describe(name: str, board: str, first: dict[str, Any]) -> str:
    return (
        f"{name}: layer {first['layer']} {first['operator']} differs first on {board}: output {first['tensor']!r} "
        f"{first['shape']} at {first['index']} is {first['found']}, TensorFlow Lite Micro has {first['expected']}; "
        f"{first['differing']} of {first['elements']} elements differ (input {first['input']})"
    )
