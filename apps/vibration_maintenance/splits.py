"""Trains and scores by fold: a load held out, a fault diameter held out, and the random split that misleads.

Healthy running is one recording: its first half is only trained on, its second only tested on, in every fold.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.signal
from sklearn.metrics import roc_auc_score

from motekit.app import App
from motekit.chain import Progress
from motekit.compiler import HostModel
from motekit.data.machine import MachineRecording
from motekit.errors import DataError

from . import data, naming, recipe, scoring
from .training import Trained, learn

SPLITS = ("load", "diameter", "random")
WARNING = (
    "a random split has windows of the same bearing on both sides: it measures how well bearings are recognised, "
    "not faults. Look at --split diameter."
)


def _gain(db: float) -> recipe.Change:
    return lambda samples, rng: np.stack([samples[:, 0] * 10 ** (db / 20), samples[:, 1]], axis=1)


def _noise(db: float) -> recipe.Change:
    return lambda samples, rng: np.stack([recipe.noisy(samples[:, 0].astype(float), db, rng), samples[:, 1]], axis=1)


def _clock(error: float) -> recipe.Change:
    # the sampling clock is off, the tachometer's is not
    return lambda samples, rng: np.stack([samples[:, 0], samples[:, 1] * (1 + error)], axis=1)


#: what is done to the test recordings, one after the other
CONDITIONS: dict[str, recipe.Change] = {
    **{f"noise {db} dB": _noise(db) for db in (20, 10, 5, 0)},
    "gain +6 dB": _gain(6),
    "gain -6 dB": _gain(-6),
    "clock +1 %": _clock(0.01),
    "clock -1 %": _clock(-0.01),
}


def without_cues(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """All recordings at one level and in one band: what another sampling chain left behind is gone."""
    low_pass = scipy.signal.butter(10, 4000, fs=12000, output="sos")
    x = scipy.signal.sosfiltfilt(low_pass, samples[:, 0].astype(float))
    return np.stack([x * (3.0 / np.nanstd(x)), samples[:, 1]], axis=1)


def _then(first: recipe.Change, second: recipe.Change) -> recipe.Change:
    return lambda samples, rng: second(first(samples, rng), rng)


def _folds(split: str, recordings: Sequence[MachineRecording]) -> dict[str, Callable[[recipe.Rows], np.ndarray]]:
    """By name of what is held out: which rows of faults are tested on."""
    faulty = [r for r in recordings if r.label != "normal"]
    if split == "load":
        return {f"{load} hp": (lambda rows, load=load: rows.load == load) for load in sorted({r.load for r in faulty})}
    return {
        f"0.{round(1000 * d):03d} inch": (lambda rows, d=d: rows.diameter == d)
        for d in sorted({r.diameter for r in faulty})
    }


#: by app, folder and seed: several splits of one process read once
_READ: dict[tuple, tuple] = {}


def _readings(app: App, source: Path | None, seed: int, told: Progress):
    """Recordings, training rows, clean rows, and rows under each condition."""
    key = (app.spec, str(source), seed)
    if key not in _READ:
        told(0, 10, "reading recordings")
        found = data.halves(data.load(app, source))
        recordings = [r for r in found if r.label in app.labels and r.bearing != "FE"]
        training, clean = recipe.training_rows(app, recordings, seed=seed), recipe.read(app, recordings)
        told(2, 10, "changing recordings")
        changed = {
            name: recipe.read(app, recordings, change, phases=1, seed=seed) for name, change in CONDITIONS.items()
        }
        _READ[key] = recordings, training, clean, changed
    return _READ[key]


def evaluate(
    app: App,
    source: Path | None,
    split: str,
    *,
    seed: int = 0,
    epochs: int | None = None,
    folds: int = 5,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train without what is held out, score on it; `rows` hold the mean over the folds.

    Raises
    ------
    DataError
        If there is nothing to hold out.
    """
    told = progress or (lambda done, total, what: None)
    recordings, training, clean, changed = _readings(app, source, seed, told)
    second = [i for i, r in enumerate(recordings) if data.is_second_half(r)]
    if not second or len({r.label for r in recordings}) < 3:
        raise DataError("a split needs healthy recordings and at least two kinds of fault. Add recordings.")
    changed = {} if split == "random" else changed
    if split == "random":
        parts = _random_folds(training, clean, folds, seed)
    else:
        held = _folds(split, recordings)
        if len(held) < 2:
            raise DataError(f"every fault has the same {split}. Add recordings of another.")
        parts = [(name, *_chosen(training, clean, test, second), test) for name, test in held.items()]
    found = []
    for index, (name, train, test, chooses) in enumerate(parts):
        told(3 + round(6 * index / len(parts)), 10, f"without {name}")
        trained = learn(app, training.where(train), seed, epochs, apart=False)
        fold = {"held_out": name, **_score(app, trained, clean.where(test), recordings)}
        fold["under"] = {
            condition: _brief(app, trained, rows.where(_tests(rows, chooses, second)), recordings)
            for condition, rows in changed.items()
        }
        found.append(fold)
    result = _together(app, split, recordings, found, training)
    if split == "diameter":
        told(9, 10, "without level and band-limit cues")
        result["without_cues"] = _cues(app, recordings, second, _folds(split, recordings), seed, clean, training)
    if split == "random":
        result["warning"] = result["metrics"]["warning"] = WARNING
    told(10, 10, "done")
    return result


def _tests(rows: recipe.Rows, chooses: Callable, second: Sequence[int]) -> np.ndarray:
    return np.where(rows.label == 0, np.isin(rows.recording, second), chooses(rows))


def _chosen(training: recipe.Rows, clean: recipe.Rows, chooses: Callable, second: Sequence[int]):
    train = np.where(training.label == 0, ~np.isin(training.recording, second), ~chooses(training))
    return train, _tests(clean, chooses, second)


def _random_folds(training: recipe.Rows, clean: recipe.Rows, folds: int, seed: int) -> list:
    rng = np.random.default_rng(seed)
    fold, test = rng.integers(0, folds, len(training.label)), rng.integers(0, folds, len(clean.label))
    return [(f"part {k + 1}", fold != k, test == k, None) for k in range(folds)]


def _named(app: App, trained: Trained, rows: recipe.Rows, scores: np.ndarray) -> np.ndarray:
    """Names as the core gives them (post_machine.h); held against it in the tests."""
    declared, told = app.declared["naming"], trained.naming
    z = (rows.features - told.center) * told.scale
    width = z.shape[1]
    whitener = np.zeros((width, width))
    whitener[np.tril_indices(width)] = told.whitener
    best = scores.argmax(axis=1)
    distance = ((z @ whitener.T - told.means[best]) ** 2).mean(axis=1)
    names = [*scoring.machine.bearing(app).names]
    evidence = naming.evidence_of(app, names, rows.features)
    index = np.arange(len(best))
    mine = evidence[index, best]
    others = evidence.copy()
    others[index, best] = -np.inf
    evident = (mine >= told.least_evidence[best]) & (mine > others[:, 1:].max(axis=1))
    least = int(np.clip(round(declared["least_probability"] * 256) - 128, -128, 127))
    given = ((distance <= told.nearest) | evident) & (scores[index, best] >= least)
    return np.where(best == 0, 0, np.where(given, best, len(app.labels)))


def _runtimes(trained: Trained, rows: recipe.Rows) -> dict[str, np.ndarray]:
    from motekit.oracle import Tflm

    host, oracle = HostModel(trained.int8_model), Tflm(trained.int8_model)
    given = host.inputs[0]
    z = (rows.features - trained.naming.center) * trained.naming.scale
    low, high = ((limit - given.zero_point) * given.scale for limit in (-128, 127))
    inputs = np.clip(z, low, high).astype(np.float32)
    quantized = scoring.quantize(inputs, given.scale, given.zero_point).reshape(len(z), *given.shape)
    return {
        "float": scoring.float_scores(trained.float_model, inputs),
        "tflm": oracle.predict(quantized).reshape(len(z), -1),
        "host": host.predict(quantized).reshape(len(z), -1),
    }


def _score(app: App, trained: Trained, rows: recipe.Rows, recordings: Sequence[MachineRecording]) -> dict[str, Any]:
    scores = _runtimes(trained, rows)
    groups = np.array([recordings[i].group for i in rows.recording])
    names = _named(app, trained, rows, scores["host"])
    table = {
        name: scoring.figures(rows.label, found, None if name == "float" else names, groups, app.labels)
        for name, found in scores.items()
    }
    return {
        "rows": table,
        "agree": bool((scores["tflm"] == scores["host"]).all()),
        "least_evidence_db": [round(float(v), 2) for v in trained.naming.least_evidence],
        "nearest": round(trained.naming.nearest, 3),
    }


def _brief(app: App, trained: Trained, rows: recipe.Rows, recordings: Sequence[MachineRecording]) -> dict[str, Any]:
    row = _score(app, trained, rows, recordings)["rows"]["host"]
    return {key: row[key] for key in ("accuracy", "auroc", "coverage", "confident_wrong", "missed") if key in row}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(float(np.mean(known)), 4) if known else None


def _together(app: App, split: str, recordings, found: list[dict[str, Any]], training: recipe.Rows) -> dict[str, Any]:
    keys = ("accuracy", "macro_f1", "auroc", "coverage", "confident_wrong", "missed", "false_faults")
    rows = {
        name: {
            "windows": sum(fold["rows"][name]["windows"] for fold in found),
            **{
                key: mean
                for key in keys
                if (mean := _mean([fold["rows"][name].get(key) for fold in found])) is not None
            },
        }
        for name in ("float", "tflm", "host")
    }
    conditions = {
        condition: {
            key: _mean([fold["under"][condition].get(key) for fold in found])
            for key in ("accuracy", "auroc", "coverage", "confident_wrong")
        }
        for condition in (found[0]["under"] or ())
    }
    worst = max((fold["rows"]["host"].get("confident_wrong", 0.0) for fold in found), default=0.0)
    return {
        "app": app.name,
        "data": {
            "source": recordings[0].source,
            "name": app.dataset if recordings[0].source == "real" else "synthetic",
            "groups": len({r.group for r in recordings}),
            "windows": rows["host"]["windows"],
            "trained_rows": len(training.label),
        },
        "split": split,
        "rows": rows,
        "agree": all(fold["agree"] for fold in found),
        "metrics": {**{k: v for k, v in rows["host"].items() if k != "windows"}, "worst_confident_wrong": worst},
        "folds": found,
        "under": conditions,
    }


def _cues(app: App, recordings, second, held, seed: int, clean: recipe.Rows, training: recipe.Rows) -> dict[str, Any]:
    """Normal against fault, with the recordings as they are and without level and band limit, by one classifier.

    A logistic regression on the same features: the question is what the features carry, not which network reads them.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    bare_clean = recipe.read(app, recordings, without_cues, seed=seed)
    bare_training = recipe.join(
        [bare_clean]
        + [
            recipe.read(app, recordings, _then(without_cues, recipe.augment), phases=1, seed=100 + turn)
            for turn in range(4)
        ]
    )
    out = {}
    for name, (train_rows, test_rows) in {
        "as recorded": (training, clean),
        "one level, below 4 kHz": (bare_training, bare_clean),
    }.items():
        scores = []
        for chooses in held.values():
            train, test = _chosen(train_rows, test_rows, chooses, second)
            model = make_pipeline(StandardScaler(), LogisticRegression(C=0.05, max_iter=500, class_weight="balanced"))
            model.fit(train_rows.features[train], train_rows.label[train] > 0)
            scores.append(roc_auc_score(test_rows.label[test] > 0, model.predict_proba(test_rows.features[test])[:, 1]))
        out[name] = {"auroc_fault": round(float(np.mean(scores)), 4), "by_fold": [round(float(s), 4) for s in scores]}
    return out
