"""Scores the eye-state network: the committed one on everything in a folder, or fold by fold on unseen subjects."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from motekit.chain import Progress
from motekit.compiler import HostModel
from motekit.datasets import eye_image
from motekit.dsp import eye_crop
from motekit.dsp.camera import pack_patches
from motekit.files import write_text
from motekit.train.metrics import group_bootstrap, wilson

from . import recipe

#: pictures that a board is asked about: spread over all, as many as an emulator does in a minute
ON_BOARD = 500


def probabilities(scores: np.ndarray) -> np.ndarray:
    """Of "open", from float probabilities or int8 scores [n, 2]."""
    if scores.dtype == np.int8:
        return (scores[:, 1].astype(float) - scores[:, 0] + 256) / 512
    return scores[:, 1]


def figures(of: recipe.Examples, index: np.ndarray, scores: np.ndarray) -> dict[str, Any]:
    """What a runtime's answers about some of the examples are worth."""
    labels, groups = of.labels[index], of.groups[index]
    predicted = scores.argmax(axis=1)
    right = predicted == labels
    both = len(np.unique(labels)) == 2
    people = {str(g): round(float(right[groups == g].mean()), 4) for g in np.unique(groups)}
    found: dict[str, Any] = {
        "accuracy": round(float(right.mean()), 4),
        "interval": [round(v, 4) for v in group_bootstrap(right, groups)],
        "interval_wilson": [round(v, 4) for v in wilson(int(right.sum()), len(right))],
        "macro_f1": round(float(f1_score(labels, predicted, average="macro")), 4),
        "auroc": round(float(roc_auc_score(labels, probabilities(scores))), 4) if both else None,
        "windows": len(index),
        "groups": len(people),
    }
    for state, name in enumerate(recipe.LABELS):
        if (labels == state).any():
            found[f"recall_{name}"] = round(float(right[labels == state].mean()), 4)
    if len(people) <= 100:
        found["worst_group"] = min(people.values())
        found["by_group"] = people
    for name, values in (
        ("glasses", {True: "glasses", False: "no_glasses"}),
        ("good_light", {True: "good_light", False: "bad_light"}),
        ("reflections", {0: "reflections_none", 1: "reflections_small", 2: "reflections_large"}),
    ):
        known = np.array(
            [getattr(of.images[k], name) if getattr(of.images[k], name) is not None else -1 for k in index]
        )
        for value, key in values.items():
            if (some := known == int(value)).any():
                found[f"accuracy_{key}"] = round(float(right[some].mean()), 4)
    return found


def runtimes(folder_or_chain: Any, patches: np.ndarray) -> dict[str, np.ndarray]:
    """Scores of a network for patches: "float", "tflm" and "host"."""
    from motekit.oracle import Tflm

    if isinstance(folder_or_chain, Path):
        host = HostModel(folder_or_chain / "model.tflite")
        floating, quantized = (folder_or_chain / name for name in ("float.tflite", "model.tflite"))
    else:
        host = folder_or_chain.network
        floating, quantized = folder_or_chain.float_model, folder_or_chain.model
    given = host.inputs[0]
    tensors = eye_crop.inputs(patches, eye_crop.table(given.scale, given.zero_point))[..., None]
    return {
        "float": Tflm(floating).predict(eye_crop.equalised(patches)).reshape(-1, 2),
        "tflm": Tflm(quantized).predict(tensors).reshape(-1, 2),
        "host": host.predict(tensors).reshape(-1, 2),
    }


def report(
    chain, of: recipe.Examples, index: np.ndarray, scores: Mapping[str, np.ndarray], split: str, name: str
) -> dict[str, Any]:
    """The object of `motekit evaluate --json`."""
    rows = {runtime: figures(of, index, found) for runtime, found in scores.items()}
    return {
        "app": chain.app.name,
        "data": {
            "source": of.images[0].source,
            "name": name,
            "groups": rows["host"]["groups"],
            "windows": len(index),
        },
        "split": split,
        "rows": rows,
        "agree": bool((scores["host"] == scores["tflm"]).all()),
        "metrics": rows["host"],
    }


def evaluate(
    chain, data: Path | None, *, board: str | None = "mps2_an386", progress: Progress | None = None
) -> dict[str, Any]:
    """Score the model on every picture of a folder (None: rendered eyes), and a part of them on a board."""
    of = recipe.load(data)
    index = np.arange(len(of.labels))
    scores = runtimes(chain, of.patches)
    found = report(chain, of, index, scores, "none", eye_image.layout(data) if data else "rendered eyes")
    if board:
        some = np.unique(np.linspace(0, len(index) - 1, min(ON_BOARD, len(index))).astype(int))
        answered = on_board(chain, board, of.patches[some], progress)
        found["rows"][board] = figures(of, some, answered)
        found["agree"] &= bool((answered == scores["host"][some]).all())
    return found


def on_board(chain, board: str, patches: np.ndarray, progress: Progress | None = None) -> np.ndarray:
    """Scores int8[n, 2] of patches by the app's firmware on a board."""
    from motekit import chains
    from motekit.errors import LinkError
    from motekit.firmware.run import FirmwareReplay

    with FirmwareReplay(chains.app_with(chain), board) as firmware:
        lines = pack_patches(patches, chain.camera["width"])
        told = None if progress is None else lambda done, total: progress(done, total, board)
        answer = firmware.answer(lines, told)
    if len(answer.scores) != len(patches):
        raise LinkError(f"{board} answered {len(answer.scores)} of {len(patches)} pictures. Run again.")
    return np.array([np.frombuffer(score, np.int8) for score in answer.scores])


def cross_validate(
    chain,
    data: Path | None,
    *,
    folds: int = 5,
    seed: int = 0,
    epochs: int | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train and score by fold: every picture by a network that has never seen its subject."""
    from . import training

    of = recipe.load(data)
    parts = training.folds(of, folds, seed)
    scores: dict[str, np.ndarray] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for part in parts:

            def told(done, total, text, fold=part.fold):
                progress(fold * total + done, len(parts) * total, f"fold {fold}: {text}")

            converted = training.network(of, part.train, seed=seed, epochs=epochs, progress=told if progress else None)
            training.write(Path(scratch) / str(part.fold), converted)
            for runtime, found in runtimes(Path(scratch) / str(part.fold), of.patches[part.test]).items():
                scores.setdefault(runtime, np.zeros((len(of.labels), 2), found.dtype))[part.test] = found
    name = eye_image.layout(data) if data else "rendered eyes"
    found = report(chain, of, np.arange(len(of.labels)), scores, "subject", name)
    return found | {"folds": folds, "epochs": epochs or recipe.SCHEDULE.epochs, "seed": seed}


def keep(folder: Path, name: str, found: dict[str, Any]) -> None:
    """Put figures into a folder's results.json, beside those that are there."""
    path = folder / "results.json"
    kept = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}
    write_text(path, json.dumps({**kept, name: found}, indent=1) + "\n")
