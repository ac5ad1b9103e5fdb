"""Trains a network over windows of features: normalise, learn, quantize, write; by fold for honest figures."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..dsp.affine import Affine
from ..errors import DataError
from ..files import sha256, write_bytes, write_text
from .loop import Schedule, fit, seed_everything
from .quantize import quantize

if TYPE_CHECKING:
    import keras

#: a normalised feature beyond this is as good as one at it; int8 keeps its steps for the rest
LIMIT = 6.0
SCHEDULE = Schedule(epochs=60, batch=64, rate=2e-3)
_CALIBRATION = 500


@dataclass(frozen=True, eq=False)
class Windows:
    """Windows of a data set.

    Attributes
    ----------
    features : float32[windows, width]
    labels, groups : ndarray of str
    quality : uint8[windows]
        Flags.
    takes : int[windows]
        Which recording each is of.
    source : str
        "real" or "synthetic".
    """

    features: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    quality: np.ndarray
    takes: np.ndarray
    source: str

    def only(self, chosen: np.ndarray) -> "Windows":
        """Some of them."""
        arrays = (self.features, self.labels, self.groups, self.quality, self.takes)
        return Windows(*(array[chosen] for array in arrays), self.source)


def build(width: int, labels: int) -> "keras.Model":
    """Two dense layers, for an app whose recipe.py says no other; float32[n, width] to logits [n, labels]."""
    from keras import Input, Model, layers

    inputs = Input((width,))
    x = layers.Dropout(0.2)(layers.Dense(48, "relu")(inputs))
    return Model(inputs, layers.Dense(labels)(layers.Dense(24, "relu")(x)))


def train(
    windows: Windows,
    labels: list[str],
    folder: Path,
    *,
    make: Callable[[int, int], "keras.Model"] = build,
    schedule: Schedule = SCHEDULE,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Affine:
    """Train on windows that can be trusted; write float.tflite and model.tflite, return the normalisation.

    Raises
    ------
    DataError
        If there are too few windows, or a label has none.
    """
    import keras

    targets = np.array([labels.index(label) for label in windows.labels])
    counts = np.bincount(targets, minlength=len(labels))
    if len(targets) < 8 or not counts.all():
        name = labels[int(counts.argmin())]
        raise DataError(f"{len(targets)} windows to train on, {counts.min()} of {name!r}. Record more of it.")
    if not np.isfinite(windows.features).all():
        raise DataError("features of windows without a flag are not finite. Report this as a bug.")
    wide = windows.features.astype(np.float64)
    deviation = wide.std(axis=0)
    affine = Affine(wide.mean(axis=0), np.maximum(deviation, 1e-6 + 1e-6 * np.abs(wide).max(axis=0)))
    inputs = np.clip(affine.normalise(windows.features), -LIMIT, LIMIT)
    seed_everything(seed)
    model = make(inputs.shape[1], len(labels))
    schedule = replace(schedule, batch=min(schedule.batch, len(inputs)))
    one_hot, chances = np.eye(len(labels), dtype=np.float32)[targets], (1 / counts)[targets]

    def epoch(number: int):
        # every label as often as any other
        rng = np.random.default_rng((seed, number))
        chosen = rng.choice(len(inputs), len(inputs), p=chances / chances.sum())
        return inputs[chosen], [one_hot[chosen]]

    told = None if progress is None else lambda done, total, loss: progress(done, total)
    fit(model, epoch, schedule, progress=told)
    whole = keras.Model(model.inputs, keras.layers.Softmax()(model.outputs[0]))
    chosen = np.random.default_rng(seed).permutation(len(inputs))[:_CALIBRATION]
    converted = quantize(whole, inputs[chosen])
    write_bytes(folder / "float.tflite", converted.float_model)
    write_bytes(folder / "model.tflite", converted.int8_model)
    return affine


def write_info(folder: Path, affine: Affine, about: dict[str, Any]) -> dict[str, Any]:
    """Write model.json: normalisation, what the caller says, tools and checksums."""
    info = {
        **about,
        "input": {
            "mean": [float(value) for value in affine.mean],
            "deviation": [float(value) for value in affine.deviation],
        },
    }
    info["provenance"] |= {
        "tools": {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
        "sha256": {name: sha256(folder / name) for name in ("float.tflite", "model.tflite")},
    }
    write_text(folder / "model.json", json.dumps(info, indent=1) + "\n")
    return info
