"""A network over windows of features: its files, and what every runtime says to the same windows."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from . import runtimes
from .compiler import HostModel
from .dsp.affine import Affine
from .errors import ModelError
from .oracle import Tflm
from .tflm import TflmModel


@dataclass(frozen=True)
class WindowModel:
    """float.tflite, model.tflite and model.json of a folder; see `read`."""

    folder: Path
    info: dict[str, Any]
    int8: bytes
    runtime: str = runtimes.RUNTIMES[0]

    @property
    def hash(self) -> int:
        """64 bits that tell this int8 model from any other."""
        return int.from_bytes(hashlib.sha256(self.int8).digest()[:8], "big")

    @cached_property
    def host(self) -> HostModel | TflmModel:
        """The int8 network on this computer, in the app's runtime."""
        return runtimes.network(self.runtime, self.int8)

    @cached_property
    def affine(self) -> Affine:
        """Features to the network's int8 input."""
        given, told = self.host.inputs[0], self.info["input"]
        return Affine(told["mean"], told["deviation"], given.scale, given.zero_point)

    def tensors(self, features: np.ndarray) -> np.ndarray:
        """Features float32[windows, width] as int8 inputs of the network's own shape."""
        return self.affine.process(features).reshape(len(features), *self.host.inputs[0].shape[1:])

    def runtimes(self, features: np.ndarray) -> dict[str, np.ndarray]:
        """Scores of the same windows: "float" probabilities, "tflm" and "host" int8, each [windows, labels]."""
        given = self.host.inputs[0]
        # the int8 input saturates; the float network is not to see more
        low, high = ((limit - given.zero_point) * given.scale for limit in (-128, 127))
        wide = np.clip(self.affine.normalise(features), low, high).astype(np.float32)
        tensors, windows = self.tensors(features), len(features)
        return {
            "float": Tflm(self.folder / "float.tflite").predict(wide.reshape(tensors.shape)).reshape(windows, -1),
            "tflm": Tflm(self.int8).predict(tensors).reshape(windows, -1),
            "host": self.host.predict(tensors).reshape(windows, -1),
        }


def read(folder: Path, app: str, feature_hash: int, labels: list[str]) -> WindowModel:
    """Read a folder's model.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or the model was trained on other features or labels.
    """
    path, train = folder / "model.json", f"Train one: motekit train {app}."
    try:
        info, int8 = json.loads(path.read_text(encoding="utf8")), (folder / "model.tflite").read_bytes()
        told = int(info["feature_hash"], 16), info["labels"], info["input"]["mean"], info["input"]["deviation"]
    except FileNotFoundError as error:
        raise ModelError(f"{error.filename} does not exist. {train}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({error}). {train}") from error
    if told[:2] != (feature_hash, labels):
        raise ModelError(f"{path} was trained on other features or labels than the app's. {train}")
    return WindowModel(folder, info, int8)
