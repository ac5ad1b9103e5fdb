"""A trained network as it is committed: the .tflite files, and model.json that says where they come from."""

import json
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from ..app import App
from ..data import catalog
from ..files import sha256, write_text
from ..paths import is_checkout, project_root
from .quantize import Converted
from .words import Prepared, write


def package(
    folder: Path,
    converted: Converted,
    data: Prepared,
    chosen: np.ndarray,
    on: Mapping[str, float],
    *,
    set_on: str,
    seed: int,
    epochs: int,
    command: str,
) -> dict[str, Any]:
    """Write float.tflite, model.tflite and model.json.

    Parameters
    ----------
    folder : Path
    converted : Converted
    data : Prepared
    chosen : ndarray of int
        The recordings it was trained on.
    on : mapping of str to float
        Decision threshold of each keyword, a smoothed probability.
    set_on : str
        Whose speech set the thresholds.
    seed, epochs : int
    command : str
        What was typed.

    Returns
    -------
    dict
        What model.json says.
    """
    app, recipe = data.app, data.recipe
    write(folder, converted)
    info = {
        "app": app.name,
        "labels": app.labels,
        "feature_hash": f"{app.feature_hash:016x}",
        "input": {"mean": recipe.MEAN, "deviation": recipe.DEVIATION},
        "decision": {"on": {k: round(float(v), 4) for k, v in on.items()}, "set_on": set_on},
        "provenance": {
            "data": _data(app, data, chosen),
            "seed": seed,
            "epochs": epochs,
            "commit": _commit(),
            "command": command,
            "tools": {name: metadata.version(name) for name in ("tensorflow", "keras", "numpy")},
            "sha256": {name: sha256(folder / name) for name in ("float.tflite", "model.tflite")},
        },
    }
    write_text(folder / "model.json", json.dumps(info, indent=2, ensure_ascii=False) + "\n")
    return info


def _data(app: App, data: Prepared, chosen: np.ndarray) -> dict[str, Any]:
    known = catalog.dataset(app.dataset)
    real = np.intersect1d(chosen, data.scored)
    return {
        "name": app.dataset,
        "title": known.title,
        "source": data.source,
        "licence": known.licence,
        "licence_url": known.licence_url,
        "research_only": known.research_only,
        "citation": known.citation,
        "recordings": len(real),
        "groups": len(np.unique(data.groups[real])),
        "of_groups": len(np.unique(data.groups[data.scored])),
        # made by eSpeak NG, whose licence does not reach what it says
        "synthetic_words_added": len(chosen) - len(real),
    }


def _commit() -> str:
    """Commit of the code that trained, with "+" if files of it were changed since."""
    if not is_checkout():
        return ""
    root = project_root()

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(root), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    changed = git("status", "--porcelain", "--untracked-files=no", "--", "apps", "shared/motekit", "shared/core/src")
    return git("rev-parse", "HEAD") + ("+" if changed else "")
