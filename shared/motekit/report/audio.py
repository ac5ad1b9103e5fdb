"""Figures and pictures of apps that listen, for documents: from results.json."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..app import App
from ..errors import ConfigError
from .results import markdown, read

if TYPE_CHECKING:
    from ..audio_chain import AudioChain


def figures(app: App, name: str) -> str:
    """Markdown of "accuracy" or "stream".

    Raises
    ------
    ConfigError
        If there are no such figures, or nothing was measured.
    """
    if name not in _WRITERS:
        raise ConfigError(f"{app.name} has no figures {name!r}. Known: {', '.join(_WRITERS)}.")
    return _WRITERS[name](read(app))


def draw(chain: "AudioChain", folder: Path) -> None:
    """Draw the pictures that documents show: the built-in stream, confusion matrix, error trade-off."""
    from ..agreement import probabilities
    from ..audio_chain import window_end_s
    from ..demo import builtin_scene
    from . import plots

    app, scene = chain.app, builtin_scene()
    block = app.feature_block
    replay = chain.pipeline.stream([scene.samples])
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
    results = read(app)
    confusion = plots.confusion(np.array(results["cross_validation"]["confusion"]), app.labels)
    plots.save(confusion, folder / f"{app.name}-confusion.png")
    stream = results["stream"]
    chosen = (stream["false_accepts_per_hour"], stream["miss_rate"])
    plots.save(plots.det(stream["det"], chosen), folder / f"{app.name}-det.png")


def _accuracy(results: dict[str, Any]) -> str:
    measured = results["cross_validation"]
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


def _stream(results: dict[str, Any]) -> str:
    from ..demo import describe_stream

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


_WRITERS = {"accuracy": _accuracy, "stream": _stream}
