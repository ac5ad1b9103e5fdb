"""Keras to quantized .tflite where the plain int8 conversion is not what one wants: 16x8, and trained ranges."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..compiler.reader import read_tflite
from ..errors import DataError, ModelError, ToolError

if TYPE_CHECKING:
    import keras

_TIME_LIMIT_S = 600


def to_16x8(model: "keras.Model", calibration: np.ndarray) -> bytes:
    """Convert to int16 activations and per-channel int8 weights, int16 in and out.

    Parameters
    ----------
    model : keras.Model
        One input, one output.
    calibration : ndarray
        float32[n, ...] inputs the activations' ranges are taken from: of training groups only.

    Raises
    ------
    DataError
        If there are no calibration inputs, or they are not of the model's input shape.
    ToolError
        If TensorFlow cannot convert the model.
    """
    shape = tuple(model.inputs[0].shape[1:])
    calibration = np.asarray(calibration, np.float32)
    if calibration.ndim == 0 or len(calibration) == 0 or calibration.shape[1:] != shape:
        raise DataError(
            f"calibration inputs have the shape {calibration.shape}, the model takes {shape}. "
            "Give at least one input of that shape."
        )
    return _convert(model, "16x8", calibration)


def with_ranges(model: "keras.Model") -> bytes:
    """Convert a model whose graph says the range of every activation (`qat.deploy` makes such) to int8.

    Raises
    ------
    ToolError
        If TensorFlow cannot convert the model.
    ModelError
        If a tensor stayed float: the graph lacks its range.
    """
    converted = _convert(model, "ranges", None)
    for node in (graph := read_tflite(converted)).nodes:
        result = graph.tensors[node.outputs[0]]
        if result.dtype == "float32":
            raise ModelError(f"{node.op} ({result.name!r}) stayed float. Use layers that motekit can train quantized.")
    return converted


def _convert(model: "keras.Model", how: str, calibration: np.ndarray | None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        model.save(place / "model.keras")
        if calibration is not None:
            np.save(place / "calibration.npy", calibration)
        command = [sys.executable, "-m", "motekit.quantization.convert", str(place), how]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise ToolError(f"the conversion took over {_TIME_LIMIT_S} s. Use fewer calibration inputs.") from error
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise ToolError(f"TensorFlow cannot convert the model ({reason[:200]}). Use known layers only.")
        return (place / "model.tflite").read_bytes()
