"""When a name may be given: thresholds taken from training rows alone."""

import json
from pathlib import Path

import numpy as np

from motekit.app import App
from motekit.errors import ModelError
from motekit.files import write_text
from motekit.post.machine import Naming

from . import machine
from .recipe import Rows

#: share of a class's own training rows that are near it
NEAR = 0.99
#: share of other classes' training rows that show no more evidence than this
RARE = 0.99
#: of the identity, mixed into the covariance
SHRINK = 0.05
LEAST_DB = 10.0


def evidence_of(app: App, names: list[str], features: np.ndarray) -> np.ndarray:
    """Mean level of each class's lines, float32[rows, classes]; 0 for classes without."""
    table = machine.section(app, "naming")
    out = np.zeros((len(features), len(app.labels)), np.float32)
    for number, label in enumerate(app.labels):
        if lines := table.get(label):
            out[:, number] = features[:, [names.index(line) for line in lines]].mean(axis=1)
    return out


def fit(app: App, rows: Rows, centre: np.ndarray, scale: np.ndarray) -> Naming:
    """Whitener, class means and thresholds of training rows."""
    classes = len(app.labels)
    z = (rows.features - centre) * scale
    means = np.stack([z[rows.label == c].mean(axis=0) for c in range(classes)])
    within = z - means[rows.label]
    covariance = within.T @ within / len(z) + SHRINK * np.eye(z.shape[1])
    whitener = np.linalg.inv(np.linalg.cholesky(covariance))
    distance = ((within @ whitener.T) ** 2).mean(axis=1)
    evidence = evidence_of(app, machine.bearing(app).names, rows.features)
    margin = machine.section(app, "naming")["margin_db"]
    least = np.zeros(classes)
    for c in range(1, classes):
        least[c] = max(LEAST_DB, np.quantile(evidence[rows.label != c, c], RARE) + margin)
    return Naming(
        center=centre,
        scale=scale,
        whitener=whitener[np.tril_indices(len(whitener))].astype(np.float32),
        means=(means @ whitener.T).astype(np.float32),
        least_evidence=least.astype(np.float32),
        nearest=float(np.quantile(distance, NEAR)),
    )


def save(naming: Naming, path: Path) -> None:
    """Write as JSON; float32 survive it."""
    arrays = {
        name: np.asarray(getattr(naming, name), float).round(9).ravel().tolist()
        for name in ("center", "scale", "whitener", "means", "least_evidence")
    }
    write_text(path, json.dumps({**arrays, "nearest": naming.nearest}) + "\n")


def load(path: Path) -> Naming:
    """Read what `save` wrote.

    Raises
    ------
    ModelError
        If it is missing or damaged.
    """
    try:
        about = json.loads(path.read_text(encoding="utf8"))
        arrays = {
            name: np.array(about[name], np.float32)
            for name in ("center", "scale", "whitener", "means", "least_evidence")
        }
        arrays["means"] = arrays["means"].reshape(-1, len(arrays["center"]))
        return Naming(**arrays, nearest=float(about["nearest"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{path} is missing or damaged: {error}. Train again, or restore it.") from error
