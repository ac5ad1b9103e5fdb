"""A trained model as it lies in an app's pretrained/ folder."""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from .app import App
from .errors import ModelError
from .post import Keyword


@dataclass(frozen=True)
class Pretrained:
    """The int8 model, its float twin and model.json.

    `info` (model.json) holds at least `feature_hash` (hexadecimal), `input` with the `mean` and `deviation` the
    features are normalised with, `labels`, `decision.on` (threshold by label) and `provenance`.
    """

    app: App
    folder: Path
    info: dict[str, Any]

    @cached_property
    def int8(self) -> bytes:
        """The int8 .tflite."""
        return _read(self.folder / "model.tflite")

    @cached_property
    def float(self) -> bytes:
        """The float .tflite."""
        return _read(self.folder / "float.tflite")

    @property
    def hash(self) -> int:
        """64 bits that tell this int8 model from any other."""
        return int.from_bytes(hashlib.sha256(self.int8).digest()[:8], "big")

    def keyword(self) -> Keyword:
        """The decision block with the thresholds that were set with this model."""
        return keyword_block(self.app, self.info["decision"]["on"])


def keyword_block(app: App, on: dict[str, float]) -> Keyword:
    """Decision block of an app for thresholds by label; labels without one are never reported."""
    period = app.window_period_s
    thresholds = np.array([on.get(label, 0.0) for label in app.labels])
    never = app.decision.get("never", [])
    thresholds[[label in never for label in app.labels]] = 0.0
    return Keyword(
        on=thresholds,
        off=thresholds * app.decision.get("release", 1.0),
        smoothing=max(1, round(app.decision.get("smoothing_s", 0.0) / period)),
        refractory=round(app.decision.get("refractory_s", 0.0) / period),
        odds=app.decision.get("odds", False),
    )


def load(app: App, folder: Path | str | None = None) -> Pretrained:
    """Read the pretrained model of an app, from its own folder unless another is given.

    Raises
    ------
    ModelError
        If a file is missing or damaged, or the model was trained on other features or labels than the app's.
    """
    folder = Path(folder) if folder else app.pretrained
    path = folder / "model.json"
    try:
        info = json.loads(path.read_text(encoding="utf8"))
    except FileNotFoundError:
        raise ModelError(f"{path} does not exist. Train one: motekit train {app.name}.") from None
    except (ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"{path} is damaged: {error}. Restore it, or train again.") from error
    for key in ("feature_hash", "input", "labels", "decision"):
        if key not in info:
            raise ModelError(f"{path} has no {key!r}. Restore it, or train again.")
    if info["labels"] != app.labels:
        raise ModelError(f"{path} knows other labels than {app.folder / 'app.toml'}. Train again.")
    if int(info["feature_hash"], 16) != app.feature_hash:
        raise ModelError(
            f"{path} was trained on other features ({info['feature_hash']}) than the app computes "
            f"({app.feature_hash:016x}). Train again: motekit train {app.name}."
        )
    return Pretrained(app, folder, info)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{path} does not exist. Restore it, or train again.") from None
