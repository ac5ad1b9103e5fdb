"""Writes measured figures into README and docs, between `<!-- figures: NAME -->` and `<!-- end -->`."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from .. import app as apps
from ..app import App
from ..errors import ConfigError
from ..files import write_text
from ..paths import project_root

_BLOCK = re.compile(r"(<!-- figures: ([\w ]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def update(*, check: bool = False, measure: bool = False) -> dict[str, Any]:
    """Bring every figure in README.md, docs/ and apps/*/README.md up to date with the results files.

    Parameters
    ----------
    check : bool
        Change nothing.
    measure : bool
        First build and replay each app on its emulated boards and keep the cost in results.json.

    Returns
    -------
    dict
        `changed`: documents that were, or with `check` would be, changed.
    """
    root = project_root()
    if measure and not check:
        for name in apps.app_names():
            measure_cost(apps.load(name))
            draw(apps.load(name), root / "docs")
    changed = []
    for path in [root / "README.md", *sorted(root.glob("docs/*.md")), *sorted(root.glob("apps/*/README.md"))]:
        old = path.read_text(encoding="utf8")
        new = _BLOCK.sub(lambda found: f"{found[1]}{_figures(found[2])}{found[3]}", old)
        if new != old:
            changed.append(str(path.relative_to(root)))
            if not check:
                write_text(path, new)
    return {"changed": changed}


def draw(app: App, folder: Path) -> None:
    """Draw the pictures that documents show: the built-in stream, confusion matrix, error trade-off."""
    from ..agreement import probabilities
    from ..demo import builtin_scene
    from ..pipeline import Pipeline
    from ..verify import window_end_s
    from . import plots

    scene, block = builtin_scene(), app.feature_block
    replay = Pipeline(app).stream([scene.samples])
    times = np.array([window_end_s(app, window) for window in range(len(replay.scores))])
    overview = plots.overview(
        scene.truth,
        replay.events,
        times,
        app.labels,
        app.decision.get("never", []),
        replay.features,
        block.q,
        block.hop / app.rate_hz,
        probabilities(replay.scores),
    )
    plots.save(overview, folder / f"{app.name}-stream.png")
    results = _results(app)
    confusion = plots.confusion(np.array(results["cross_validation"]["confusion"]), app.labels)
    plots.save(confusion, folder / f"{app.name}-confusion.png")
    stream = results["stream"]
    chosen = (stream["false_accepts_per_hour"], stream["miss_rate"])
    plots.save(plots.det(stream["det"], chosen), folder / f"{app.name}-det.png")


def measure_cost(app: App) -> None:
    """Replay the built-in stream on each emulated board and keep its cost in the app's results.json."""
    from ..demo import builtin_scene
    from ..verify import verify

    path = app.pretrained / "results.json"
    results = json.loads(path.read_text(encoding="utf8")) if path.is_file() else {}
    scene = builtin_scene()
    results["cost"] = {}
    for board in app.boards:
        found = verify(app, board, [(scene.name, scene.samples)])
        results["cost"][board] = {
            **found.cost,
            "agree": found.agree,
            "windows": len(found.firmware[0].scores),
        }
    write_text(path, json.dumps(results, indent=1) + "\n")


def markdown(columns: list[str], rows: list[list[Any]]) -> str:
    """A table in Markdown; numbers with thousands separators."""
    lines = [columns, ["---"] * len(columns)]
    lines += [[f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row] for row in rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _figures(name: str) -> str:
    word, _, rest = name.partition(" ")
    if word not in _WRITERS:
        raise ConfigError(f"a document asks for the figures {name!r}. Known: {', '.join(_WRITERS)}.")
    return _WRITERS[word](rest)


def _results(app: App) -> dict[str, Any]:
    path = app.pretrained / "results.json"
    if not path.is_file():
        command = f"motekit evaluate {app.name} --split speaker --data DIR --out {app.pretrained}"
        raise ConfigError(f"{path} does not exist. Make it: {command}.")
    return json.loads(path.read_text(encoding="utf8"))


def _apps(_: str) -> str:
    rows = []
    for name in apps.app_names():
        app = apps.load(name)
        size = (app.pretrained / "model.tflite").stat().st_size
        rows.append([f"[{name}](apps/{name}/README.md)", app.summary, ", ".join(app.boards), size])
    return markdown(["app", "what it does", "boards", "model, bytes"], rows)


def _cost(name: str) -> str:
    app = apps.load(name)
    measured = _results(app)["cost"]
    rows = []
    for board, cost in measured.items():
        budget = app.budget.get(board, {})
        for key, what in (
            ("instructions_per_window", "instructions a window"),
            ("flash", "flash, bytes"),
            ("ram", "RAM, bytes"),
        ):
            if cost.get(key) is not None and board != "host":
                rows.append([board, what, cost[key], budget.get(key, "")])
    return markdown(["board", "cost", "measured", "budget"], rows)


def _accuracy(name: str) -> str:
    measured = _results(apps.load(name))["cross_validation"]
    low, high = measured["interval_95"]
    folds = ", ".join(f"{fold['accuracy']['tflm']:.3f}" for fold in measured["by_fold"])
    rows = [[runtime, f"{accuracy:.4f}"] for runtime, accuracy in measured["by_runtime"].items()]
    return (
        f"Accuracy **{measured['accuracy']:.3f}** (95 % interval {low:.3f} to {high:.3f}, whole speakers resampled), "
        f"macro F1 {measured['macro_f1']:.3f}: int8, {measured['folds']}-fold cross-validation with no speaker in both "
        f"training and test, {measured['clips']:,} clips of {measured['groups']} speakers of `{measured['data']}` "
        f"({measured['source']} recordings), silence not counted. By fold: {folds}.\n\n"
        + markdown(["runtime", "accuracy"], rows)
        + f"\nScores of the integer runtimes are identical: {'yes' if measured['agree'] else 'NO'}.\n"
    )


def _stream(name: str) -> str:
    from ..demo import describe_stream

    results = _results(apps.load(name))
    rows = []
    for key, what in (("stream", "published streaming test"), ("noisy_stream", "noisy")):
        found = results[key]
        low, high = found["false_accepts_per_hour_interval"]
        rows.append(
            [
                what,
                found["composition"],
                f"{found['false_accepts_per_hour']:.1f} ({low:.1f} to {high:.1f})",
                f"{100 * found['miss_rate']:.1f} %",
                f"{100 * found['substitution_rate']:.1f} %",
                found["keywords"],
            ]
        )
    columns = ["stream", "composition", "false accepts an hour (95 %)", "missed", "of these another word", "keywords"]
    return f"{describe_stream(results)}\n\n{markdown(columns, rows)}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "apps": _apps,
    "accuracy": _accuracy,
    "stream": _stream,
    "cost": _cost,
}
