"""Trains the network and the thresholds of naming, and writes the model's folder."""

import contextlib
import io
import json
import os
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.app import App
from motekit.chain import Progress
from motekit.compiler import HostModel
from motekit.files import write_bytes, write_text
from motekit.post.machine import Naming

from . import data, machine, naming, recipe


@dataclass
class Trained:
    """A network in both forms and its naming tables."""

    float_model: bytes
    int8_model: bytes
    naming: Naming


def learn(app: App, rows: recipe.Rows, seed: int, epochs: int | None, apart: bool = True) -> Trained:
    """Train on rows, and on nothing else; `apart`: convert in a process of its own, which a fold need not have."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    rows = rows.where(rows.label >= 0)
    model, centre, scale = recipe.fit(rows, len(app.labels), seed, epochs)
    z = np.clip((rows.features - centre) * scale, -6, 6).astype(np.float32)
    chosen = np.random.default_rng(seed).permutation(len(z))[:500]
    float_model, int8_model = _converted(model, z[chosen], apart)
    # what is near is near to recordings, not to simulated machines
    real = rows.where(rows.recording >= 0)
    return Trained(float_model, int8_model, naming.fit(app, real, centre, scale))


def _converted(model, calibration: np.ndarray, apart: bool) -> tuple[bytes, bytes]:
    from motekit.train.convert import convert
    from motekit.train.quantize import quantize

    if apart:
        found = quantize(model, calibration)
        return found.float_model, found.int8_model
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        model.save(path / "model.keras")
        np.save(path / "calibration.npy", calibration)
        # TensorFlow prints where it keeps things: standard output is for the command's answer
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            convert(path)
        return (path / "float.tflite").read_bytes(), (path / "model.tflite").read_bytes()


def train(
    app: App,
    source: Path | None,
    out: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on all recordings of a folder and write the model into `out`."""
    told = progress or (lambda done, total, what: None)
    told(0, 3, "reading recordings")
    recordings = data.load(app, source)
    rows = recipe.training_rows(app, recordings, seed=seed)
    told(1, 3, "training")
    trained = learn(app, rows, seed, epochs)
    told(2, 3, "writing")
    name = app.dataset if source else "synthetic"
    info = {
        "app": app.name,
        "version": app.version,
        "labels": app.labels,
        "feature_hash": f"{int.from_bytes(machine.bearing(app).digest()[:8], 'big'):016x}",
        "least_evidence_db": {
            label: round(float(value), 2)
            for label, value in zip(app.labels, trained.naming.least_evidence, strict=True)
        },
        "nearest": round(trained.naming.nearest, 4),
        "provenance": {
            "data": name,
            "source": recordings[0].source,
            "recordings": len(recordings),
            "groups": len({recording.group for recording in recordings}),
            "rows": len(rows.label),
            "seed": seed,
            "epochs": epochs or recipe.EPOCHS,
            "command": f"motekit train {app.name} --data DIR --seed {seed}"
            if source
            else f"motekit train {app.name} --synthetic",
            "licence": "No licence is stated for the CWRU data, which are offered publicly; the weights are for "
            "research and evaluation unless you train on your own recordings."
            if source
            else "Made from the project's own generator.",
        },
    }
    out.mkdir(parents=True, exist_ok=True)
    write_bytes(out / "float.tflite", trained.float_model)
    write_bytes(out / "model.tflite", trained.int8_model)
    naming.save(trained.naming, out / "naming.json")
    write_text(out / "model.json", json.dumps(info, indent=2) + "\n")
    told(3, 3, "done")
    host = HostModel(trained.int8_model)
    return {
        "app": app.name,
        "out": str(out),
        "data": {"source": info["provenance"]["source"], "name": name, "groups": info["provenance"]["groups"],
                 "windows": len(rows.label)},
        "model": {"bytes": len(trained.int8_model), "macs": host.compiled.macs, "arena": host.arena_bytes},
    }  # fmt: skip
