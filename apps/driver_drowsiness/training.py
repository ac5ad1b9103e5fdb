"""Trains the eye-state network, writes it, and cross-validates it by subject."""

import json
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from motekit.app import App
from motekit.chain import Progress
from motekit.data import catalog, splits
from motekit.datasets import eye_image
from motekit.dsp import eye_crop
from motekit.files import sha256, write_bytes, write_text
from motekit.train.loop import fit, seed_everything
from motekit.train.package import _commit as commit
from motekit.train.quantize import Converted, quantize

from . import recipe, watching

_CALIBRATION = 400


def network(
    of: recipe.Examples, chosen: np.ndarray, *, seed: int, epochs: int | None = None, progress: Progress | None = None
) -> Converted:
    """Train on the chosen examples; both forms of the network."""
    from dataclasses import replace

    import tensorflow as tf
    from keras import Model, layers

    seed_everything(seed)
    # one thread an operator alone gave three networks in three runs
    tf.config.experimental.enable_op_determinism()
    model = recipe.build()
    schedule = replace(recipe.SCHEDULE, epochs=epochs) if epochs else recipe.SCHEDULE
    told = None if progress is None else lambda done, total, loss: progress(done, total, f"loss {loss:.3f}")
    fit(model, lambda k: recipe.epoch(np.random.default_rng([seed, k]), of, chosen), schedule, progress=told)
    rng = np.random.default_rng(seed)
    some = rng.choice(chosen, min(len(chosen), _CALIBRATION), replace=False)
    # both ends of the grey scale are in every equalised picture: the input's scale is that of the whole range
    with_probabilities = Model(model.inputs, layers.Softmax()(model.outputs[0]))
    return quantize(with_probabilities, eye_crop.equalised(of.patches[some]))


def write(folder: Path, converted: Converted) -> None:
    """Write float.tflite and model.tflite."""
    folder.mkdir(parents=True, exist_ok=True)
    write_bytes(folder / "float.tflite", converted.float_model)
    write_bytes(folder / "model.tflite", converted.int8_model)


def train(
    app: App,
    feature_hash: int,
    data: Path | None,
    out: Path,
    *,
    seed: int = 0,
    epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train on everything in a folder (None: rendered eyes) and write the model into `out`."""
    of = recipe.load(data)
    converted = network(of, np.arange(len(of.labels)), seed=seed, epochs=epochs, progress=progress)
    write(out, converted)
    return describe(app, feature_hash, of, data, out, seed=seed, epochs=epochs)


def describe(
    app: App,
    feature_hash: int,
    of: recipe.Examples,
    data: Path | None,
    out: Path,
    *,
    seed: int,
    epochs: int | None = None,
) -> dict[str, Any]:
    """Write face.json and model.json beside a trained network."""
    known = catalog.dataset(eye_image.layout(data)) if data and eye_image.layout(data) != "image_folder" else None
    info = {
        "app": app.name,
        "labels": app.labels,
        "feature_hash": f"{feature_hash:016x}",
        "input": {"mean": 128, "deviation": 64},
        "provenance": {
            "data": {
                "name": known.name if known else "image_folder" if data else "rendered eyes",
                "source": of.images[0].source,
                "recordings": len(of.labels),
                "groups": len(np.unique(of.groups)),
                **({"title": known.title, "licence": known.licence, "citation": known.citation} if known else {}),
                "rendered_eyes_added": True,
            },
            "seed": seed,
            "epochs": epochs or recipe.SCHEDULE.epochs,
            "commit": commit(),
            "command": f"motekit train {app.name} {'--data ' + known.name if known else ''} --seed {seed}",
            "tools": {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
            "sha256": {name: sha256(out / name) for name in ("float.tflite", "model.tflite")},
        },
    }
    write_text(out / "face.json", json.dumps({"face": watching.general_face().tolist()}) + "\n")
    write_text(out / "model.json", json.dumps(info, indent=2, ensure_ascii=False) + "\n")
    return info


def folds(of: recipe.Examples, count: int, seed: int) -> list[splits.Split]:
    """Folds by subject; no subject is on both sides of any."""
    return splits.by_group(of.labels.astype(str), of.groups, folds=count, seed=seed, held_out="subject")
