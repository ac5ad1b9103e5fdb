"""Keras model to .tflite: float, and int8 by post-training quantization."""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError, ToolError

if TYPE_CHECKING:
    import keras

_TIME_LIMIT_S = 600


@dataclass(frozen=True)
class Converted:
    """Both forms of one trained network.

    Attributes
    ----------
    float_model, int8_model : bytes
        .tflite files: float32 in and out; int8 in and out, per-channel int8 weights, int32 biases.
    """

    float_model: bytes
    int8_model: bytes


def quantize(model: "keras.Model", calibration: np.ndarray) -> Converted:
    """Convert a trained model to float and int8 .tflite.

    Parameters
    ----------
    model : keras.Model
        One input, one output.
    calibration : ndarray
        float32[n, ...] inputs the activations' ranges are taken from: of training groups only, and clipped
        to what the quantizer clips to.

    Returns
    -------
    Converted

    Raises
    ------
    DataError
        If there are no calibration inputs, or they are not of the model's input shape.
    ToolError
        If TensorFlow cannot convert the model.

    Notes
    -----
    In a process of its own, one that a crash of the converter does not take down with it. Jacob et al.,
    "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference".
    """
    shape = tuple(model.inputs[0].shape[1:])
    if len(calibration) == 0 or calibration.shape[1:] != shape:
        raise DataError(
            f"calibration inputs have the shape {calibration.shape}, the model takes {shape}. "
            "Give at least one input of that shape."
        )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        model.save(place / "model.keras")
        np.save(place / "calibration.npy", calibration.astype(np.float32))
        command = [sys.executable, "-m", "motekit.train.convert", str(place)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=_TIME_LIMIT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise ToolError(
                f"the conversion took more than {_TIME_LIMIT_S} s. Use fewer calibration inputs."
            ) from error
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
            raise ToolError(f"TensorFlow cannot convert the model ({reason[:200]}). Use known layers only.")
        return Converted((place / "float.tflite").read_bytes(), (place / "model.tflite").read_bytes())
