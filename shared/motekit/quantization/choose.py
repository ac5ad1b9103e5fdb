"""Which layers get 16-bit activations: as few as the loss that one accepts allows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.host import HostModel
from ..compiler.reader import read_bytes, read_tflite
from ..errors import ConfigError, ModelError
from ..oracle import Tflm
from .interpreter import Floats
from .price import held_inputs, sensitivity, stored_inputs
from .simulate import only_io
from .wide import mixed, with_readers

Progress = Callable[[int, int, str], None]


def choose_wide(
    float_model: bytes | str | Path,
    int8_model: bytes | str | Path,
    wide_model: bytes | str | Path,
    inputs: np.ndarray,
    labels: np.ndarray | None = None,
    *,
    budget: float = 0.005,
    progress: Progress | None = None,
) -> tuple[bytes, dict[str, Any]]:
    """Give 16-bit activations to the layers that need them, the most sensitive first.

    Layers are taken in the order of the noise that the rounding of their output alone brings to the model's
    output (`sensitivity`, "activations"), each with the layers that read it, until the mixed model, run as
    compiled C, loses no more than `budget`. Weights are int8 either way: noise of theirs, 16x8 does not lower.

    Parameters
    ----------
    float_model, int8_model, wide_model : bytes or path
        .tflite files of one network: float, int8, 16x8.
    inputs, labels
        As in `sensitivity`. To choose on is to fit: score the result on other groups.
    budget : float
        Loss that is accepted. With labels: of accuracy, in reference to the float model. Without: share of
        inputs that are named other than by the float model; or, for models that name nothing, noise as a share
        of the output's power.
    progress : callable, optional
        Called with (done, total, what).

    Returns
    -------
    model : bytes
        The .tflite, with the int8 model's inputs and outputs; the int8 model itself if that is good enough.
    report : dict
        Ready for JSON. "met": whether the budget is kept. "layers": operators of the int8 file that became 16x8.
        "steps": for each model tried its "layers", "loss", "bytes" and "arena". "refused": layers that the
        compiler cannot run in 16 bits, with the reason. "exact": whether compiled C and TensorFlow Lite Micro
        agree in every byte on all inputs.

    Raises
    ------
    ConfigError
        If the budget is negative.
    ModelError
        If the models are no twins.
    """
    if not budget >= 0:
        raise ConfigError(f"the budget is {budget}. Choose 0 or more.")
    narrow = read_bytes(int8_model)
    report = sensitivity(float_model, narrow, inputs, labels, progress=progress)
    graph = read_tflite(narrow)
    source, result = only_io(graph, graph.inputs), only_io(graph, graph.outputs)
    held = held_inputs(source, np.asarray(inputs, np.float32))
    given, exact = stored_inputs(source, held), Floats(read_bytes(float_model)).predict(held)
    aim = report["models"]["float"].get("accuracy")

    def tried(model: bytes, layers: set[int]) -> dict[str, Any]:
        compiled = HostModel(model)
        outputs = compiled.predict(given)
        values = (outputs.astype(np.float64) - result.zero_point) * float(result.scale)
        loss = _loss(exact, values, labels, aim)
        return {"layers": sorted(layers), "loss": loss, "bytes": len(model), "arena": compiled.arena_bytes}

    best = narrow
    steps, refused, layers = [tried(narrow, set())], {}, set()
    order = sorted(report["layers"], key=lambda row: _noise(row["activations"]))
    for row in reversed(order):
        if steps[-1]["loss"] <= budget:
            break
        more = layers | with_readers(graph, row["layer"])
        if more == layers:
            continue
        try:
            model = mixed(narrow, wide_model, more)
            step = tried(model, more)
        except ModelError as error:
            refused[row["name"]] = str(error)
            continue
        best, layers = model, more
        steps.append(step)
        if progress:
            progress(len(layers), len(order), f"{row['op']} in 16 bits")
    agree = bool(np.array_equal(HostModel(best).predict(given), Tflm(best).predict(given)))
    return best, {
        "met": steps[-1]["loss"] <= budget,
        "budget": budget,
        "layers": sorted(layers),
        "names": [graph.tensors[graph.nodes[number].outputs[0]].name for number in sorted(layers)],
        "steps": steps,
        "refused": refused,
        "exact": agree,
    }


def _loss(exact: np.ndarray, given: np.ndarray, labels: np.ndarray | None, aim: float | None) -> float:
    named = given.reshape(len(given), -1).argmax(1)
    if labels is not None and aim is not None:
        return max(0.0, aim - float((named == labels).mean()))
    if exact[0].size > 1:
        return float((named != exact.reshape(len(exact), -1).argmax(1)).mean())
    power = float((exact.astype(np.float64) ** 2).sum())
    return float(((exact - given) ** 2).sum()) / max(power, 1e-30)


def _noise(figures: dict[str, Any]) -> float:
    """Noise of a layer's rounding, as a share of the output's power."""
    value = figures["sqnr_db"]
    return 0.0 if value is None else 10 ** (-value / 10)
