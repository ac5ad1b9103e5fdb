"""Which layer of a quantized network costs how much: SQNR of every tensor, and the price of every layer."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.ir import Tensor
from ..compiler.reader import read_bytes
from ..errors import DataError
from ..oracle import Tflm
from .interpreter import Floats, without_batch
from .measures import Noise, measure
from .pairing import makers_of, unchanged
from .simulate import Simulation, dequantized, only_io

Progress = Callable[[int, int, str], None]


def sensitivity(
    float_model: bytes | str | Path,
    quantized_model: bytes | str | Path,
    inputs: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Compare a quantized model with its float twin, tensor by tensor and layer by layer.

    Parameters
    ----------
    float_model, quantized_model : bytes or path
        .tflite files of one network: float, and int8, 16x8 or mixed.
    inputs : ndarray
        float32[n, ...], n >= 1, in the units of the float model's input. Values outside the quantized input's
        range are clipped to it, for both.
    labels : ndarray of int, optional
        The right class of each input.
    progress : callable, optional
        Called with (done, total, what).

    Returns
    -------
    dict
        Ready for JSON; its figures are those of `measures.measure`, in reference to the float model.
        "inputs": how many. "models": figures of the "float" model, the "quantized" one in TensorFlow Lite
        Micro, and the "simulated" one, whose layers are all quantized in float arithmetic. "agreement": how far
        the simulation is from the quantized model: "largest_steps" and "mean_steps" of the output's scale, and
        "same_label". "tensors": for each, "sqnr_db" (measured in TensorFlow Lite Micro, errors of the layers
        before it included), "clipped" (share of the float values outside its range), scale and zero point.
        "layers": for each, figures when it is the only one quantized ("alone"), of that the shares of its
        "weights" and its "activations", and when all but it are ("spared").

    Raises
    ------
    DataError
        If there are no inputs, their shape is not the model's, or there is not one label for each.
    ModelError
        If the models are no twins.
    """
    simulation = Simulation(float_model, quantized_model)
    inputs, labels = _checked(simulation, inputs, labels)
    exact_of, stored_of = read_bytes(float_model), read_bytes(quantized_model)
    jobs = 2 + sum(4 if layer.has_weights else 2 for layer in simulation.layers)

    def told(what: str) -> None:
        nonlocal done
        done += 1
        if progress:
            progress(done, jobs, what)

    done = 0
    exact, quantized, tensors = _tensors(simulation, exact_of, stored_of, inputs)
    told("tensors")
    last = simulation.graph.nodes[-1].op
    kind = {"classes": exact[0].size > 1, "distribution": last == "SOFTMAX"}

    def figures(outputs: np.ndarray) -> dict[str, Any]:
        return measure(exact, outputs, labels, **kind)

    simulated = simulation.run(inputs, simulation.all, simulation.all)
    told("simulation")
    rows = []
    for layer in simulation.layers:
        one, rest = [layer.number], [number for number in simulation.all if number != layer.number]
        row: dict[str, Any] = {"layer": layer.number, "op": layer.op, "name": layer.name}
        cases = {"alone": (one, one), "spared": (rest, rest)}
        if layer.has_weights:
            cases |= {"weights": (one, []), "activations": ([], one)}
        for case, (weights, activations) in cases.items():
            row[case] = figures(simulation.run(inputs, weights, activations))
            told(f"{layer.op} {layer.name}")
        if not layer.has_weights:
            row |= {"weights": None, "activations": row["alone"]}
        rows.append(row)
    output = only_io(simulation.graph, simulation.graph.outputs)
    steps = np.abs(simulated - quantized) / (float(output.scale) if output.quantization else 1.0)
    agreement = {"largest_steps": float(steps.max()), "mean_steps": float(steps.mean())}
    if kind["classes"]:
        agreement["same_label"] = measure(quantized, simulated, None, classes=True, distribution=False)["same_label"]
    return {
        "inputs": len(inputs),
        "labels": labels is not None,
        "models": {"float": figures(exact), "quantized": figures(quantized), "simulated": figures(simulated)},
        "agreement": agreement,
        "tensors": tensors,
        "layers": rows,
    }


def _checked(
    simulation: Simulation, inputs: np.ndarray, labels: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray | None]:
    given = only_io(simulation.graph, simulation.graph.inputs)
    inputs = np.asarray(inputs, np.float32)
    if inputs.ndim == 0 or len(inputs) == 0 or inputs[0].size != given.elements:
        raise DataError(f"inputs {list(inputs.shape)} for a model of {list(given.shape)}. Give float32[n, ...].")
    if not np.isfinite(inputs).all():
        raise DataError("some inputs are not numbers. Leave them out.")
    if labels is not None and np.shape(labels) != (len(inputs),):
        raise DataError(f"{len(inputs)} inputs and labels of shape {np.shape(labels)}. Give one label an input.")
    return held_inputs(given, inputs), None if labels is None else np.asarray(labels)


def limits(dtype: str) -> tuple[int, int]:
    """Smallest and largest stored value of a quantized type."""
    info = np.iinfo(dtype)
    return int(info.min), int(info.max)


def held_inputs(tensor: Tensor, inputs: np.ndarray) -> np.ndarray:
    """Inputs float32[n, ...] clipped to what a model's input tensor can hold."""
    if tensor.quantization is None:
        return inputs
    return np.clip(inputs, *ends(tensor)).astype(np.float32)


def stored_inputs(tensor: Tensor, inputs: np.ndarray) -> np.ndarray:
    """Inputs float32[n, ...] as a model's input tensor holds them; half away from zero, as the core rounds."""
    if tensor.dtype == "float32":
        return np.asarray(inputs, np.float32)
    ratio = np.asarray(inputs, np.float32) / np.float32(tensor.scale)
    whole = np.sign(ratio) * np.floor(np.abs(ratio) + np.float32(0.5)) + tensor.zero_point
    return np.clip(whole, *limits(tensor.dtype)).astype(tensor.dtype)


def _tensors(
    simulation: Simulation, float_model: bytes, quantized_model: bytes, inputs: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[dict[str, Any]]]:
    """Outputs of the float and of the quantized model, and a row for each tensor of the latter."""
    graph, pairs = simulation.graph, simulation.pairs
    makers = makers_of(graph)
    floats, micro = Floats(float_model, keep_tensors=True), Tflm(quantized_model, keep_tensors=True)
    given = only_io(graph, graph.inputs)
    watched = [
        number
        for number, tensor in enumerate(graph.tensors)
        if tensor.data is None
        and tensor.dtype in ("int8", "int16")
        and unchanged(graph, makers, number) in pairs.tensors
    ]
    noise = {number: Noise() for number in watched}
    clipped = dict.fromkeys(watched, 0)
    outputs, stored_outputs = [], []
    for values, stored in zip(inputs, stored_inputs(given, inputs), strict=True):
        outputs.append(floats.invoke(values))
        stored_outputs.append(without_batch(micro.invoke([stored])[0]))
        for number in watched:
            tensor = graph.tensors[number]
            exact = floats.tensor(pairs.tensors[unchanged(graph, makers, number)])
            kept = stored if number in graph.inputs else micro.tensor(number)
            noise[number].add(exact, dequantized(tensor, kept))
            low, high = ends(tensor)
            half = float(tensor.scale) / 2
            clipped[number] += int(((exact < low - half) | (exact > high + half)).sum())
    rows = []
    for number in watched:
        tensor = graph.tensors[number]
        owner = simulation.owner(number)
        rows.append(
            {
                "tensor": number,
                "name": tensor.name,
                "op": graph.nodes[makers[number]].op if number in makers else "INPUT",
                "layer": owner,
                "kind": "activation",
                "dtype": tensor.dtype,
                "shape": list(tensor.shape),
                "scale": float(tensor.scale),
                "zero_point": tensor.zero_point,
                "sqnr_db": noise[number].db,
                "clipped": clipped[number] / (tensor.elements * len(inputs)),
            }
        )
    rows += _constants(simulation)
    result = graph.tensors[graph.outputs[0]]
    quantized = np.stack(stored_outputs)
    if result.quantization is not None and result.dtype != "float32":
        quantized = ((quantized.astype(np.float64) - result.zero_point) * float(result.scale)).astype(np.float32)
    return np.stack(outputs), quantized, rows


def ends(tensor: Tensor) -> tuple[float, float]:
    """Smallest and largest number that a tensor quantized as a whole can hold."""
    low, high = limits(tensor.dtype)
    return (low - tensor.zero_point) * float(tensor.scale), (high - tensor.zero_point) * float(tensor.scale)


def _constants(simulation: Simulation) -> list[dict[str, Any]]:
    """A row for each quantized constant: its own rounding, whatever the inputs."""
    graph, pairs = simulation.graph, simulation.pairs
    rows = []
    for here, there in sorted(pairs.nodes.items()):
        node, exact_node = graph.nodes[here], pairs.second.nodes[there]
        for number, exact_number in zip(node.inputs, exact_node.inputs, strict=False):
            if number < 0 or exact_number < 0:
                continue
            tensor, exact = graph.tensors[number], pairs.second.tensors[exact_number]
            if tensor.data is None or tensor.quantization is None or exact.dtype != "float32":
                continue
            noise = Noise()
            noise.add(exact.data, dequantized(tensor))
            rows.append(
                {
                    "tensor": number,
                    "name": tensor.name,
                    "op": node.op,
                    "layer": here,
                    "kind": "bias" if tensor.dtype in ("int32", "int64") else "weights",
                    "dtype": tensor.dtype,
                    "shape": list(tensor.shape),
                    "scale": float(tensor.quantized.scales.max()),
                    "zero_point": tensor.zero_point,
                    "sqnr_db": noise.db,
                    "clipped": 0.0,
                }
            )
    return rows
