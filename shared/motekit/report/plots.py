"""The plots of a report, each a matplotlib figure."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..files import replacing
from ..post import KeywordEvent

_WIDE = (11.0, 2.4)


def waveform(samples: np.ndarray, rate_hz: int) -> Figure:
    """Samples int16[n] over time, as the envelope of short stretches so that long recordings stay readable."""
    figure = Figure(figsize=_WIDE, layout="constrained")
    axes = figure.subplots()
    step = max(1, len(samples) // 4000)
    used = samples[: len(samples) // step * step].reshape(-1, step) / 32768
    time = np.arange(len(used)) * step / rate_hz
    axes.fill_between(time, used.min(axis=1), used.max(axis=1), linewidth=0.4, color="#2a6f97")
    axes.set(xlabel="time in s", ylabel="amplitude", xlim=(0, len(samples) / rate_hz), ylim=(-1, 1))
    return figure


def features(rows: np.ndarray, q: int, hop_s: float, name: str) -> Figure:
    """Feature rows int16[n, width] as a picture."""
    figure = Figure(figsize=_WIDE, layout="constrained")
    axes = figure.subplots()
    picture = _spectrogram(axes, rows, q, hop_s, name)
    figure.colorbar(picture, ax=axes, label="ln energy", pad=0.01)
    return figure


def _spectrogram(axes: Axes, rows: np.ndarray, q: int, hop_s: float, name: str):
    extent = (0, len(rows) * hop_s, 0, rows.shape[1])
    axes.set(xlabel="time in s", ylabel=name)
    values = np.maximum(rows.T / 2.0**q, 0)
    return axes.imshow(values, aspect="auto", origin="lower", cmap="magma", extent=extent)


def scores(probabilities: np.ndarray, times: np.ndarray, labels: Sequence[str], never: Sequence[str]) -> Figure:
    """Probabilities [windows, labels] over time; labels that are never reported are drawn pale."""
    figure = Figure(figsize=(11.0, 3.0), layout="constrained")
    _score_lines(figure.subplots(), probabilities, times, labels, never)
    return figure


def _score_lines(
    axes: Axes, probabilities: np.ndarray, times: np.ndarray, labels: Sequence[str], never: Sequence[str]
) -> None:
    colours = matplotlib.colormaps["tab20"](np.linspace(0, 1, len(labels)))
    for label, column, colour in zip(labels, probabilities.T, colours, strict=True):
        axes.plot(times, column, label=label, color="#cccccc" if label in never else colour, linewidth=1.2)
    axes.set(xlabel="time in s", ylabel="probability", ylim=(0, 1.02), xlim=(0, times[-1] if len(times) else 1))
    axes.legend(ncols=6, fontsize="x-small", loc="upper center", bbox_to_anchor=(0.5, -0.2))


def detections(
    truth: Sequence[tuple[str, float, float]],
    events: Sequence[KeywordEvent],
    times: np.ndarray,
    labels: Sequence[str],
    duration_s: float,
) -> Figure:
    """What was said (bars: label, start, end in s) and what was reported (marks) on one time line."""
    figure = Figure(figsize=(11.0, 0.28 * len(labels) + 0.6), layout="constrained")
    _marks(figure.subplots(), truth, events, times, labels, duration_s)
    return figure


def _marks(
    axes: Axes,
    truth: Sequence[tuple[str, float, float]],
    events: Sequence[KeywordEvent],
    times: np.ndarray,
    labels: Sequence[str],
    duration_s: float,
) -> None:
    names = [label for label in labels if not label.startswith("_")]
    for label, start, end in truth:
        if label in names:
            axes.barh(names.index(label), end - start, left=start, height=0.7, color="#a9d6e5")
    for event in events:
        label = labels[event.label]
        right = any(label == said and start <= times[event.window] <= end + 1.0 for said, start, end in truth)
        axes.plot(
            times[event.window],
            names.index(label),
            "v",
            color="#2d6a4f" if right else "#d00000",
            markersize=8,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="time in s", xlim=(0, duration_s), ylim=(len(names) - 0.4, -0.6))
    axes.grid(axis="x", alpha=0.3)


def overview(
    truth: Sequence[tuple[str, float, float]],
    events: Sequence[KeywordEvent],
    times: np.ndarray,
    labels: Sequence[str],
    never: Sequence[str],
    rows: np.ndarray,
    q: int,
    hop_s: float,
    probabilities: np.ndarray,
) -> Figure:
    """Detections above features above scores, on one time axis."""
    figure = Figure(figsize=(11.0, 8.0), layout="constrained")
    above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(1.2, 1, 1))
    _marks(above, truth, events, times, labels, len(rows) * hop_s)
    _spectrogram(middle, rows, q, hop_s, "mel band")
    _score_lines(below, probabilities, times, labels, never)
    for axes in (above, middle):
        axes.set(xlabel="")
    below.set(xlim=(0, len(rows) * hop_s))
    return figure


def confusion(counts: np.ndarray, labels: Sequence[str]) -> Figure:
    """Confusion matrix [true, predicted] in counts, coloured by share of the true class."""
    counts = np.asarray(counts)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(7.2, 6.2), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            colour = "white" if share[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(labels)), labels, rotation=45, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="predicted", ylabel="true")
    return figure


def det(points: Sequence[tuple[float, float]], chosen: tuple[float, float] | None) -> Figure:
    """Detection error trade-off: (false accepts an hour, miss rate) by threshold, and the chosen one."""
    figure = Figure(figsize=(6.0, 4.2), layout="constrained")
    axes = figure.subplots()
    # of thresholds with as many false accepts the one with fewer misses counts
    fewest = {accepts: misses for accepts, misses in sorted(points, reverse=True)}
    ordered = sorted(fewest.items())
    axes.plot([p[0] for p in ordered], [100 * p[1] for p in ordered], ".-", color="#2a6f97")
    if chosen:
        axes.plot(chosen[0], 100 * chosen[1], "o", color="#d00000", label="thresholds in use")
        axes.legend()
    axes.set(xlabel="false accepts an hour", ylabel="keywords missed in %", xscale="symlog")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    return figure


def pipeline(samples: np.ndarray, rows: np.ndarray, rate_hz: int, q: int, hop_s: float) -> Figure:
    """Signal above its features, on one time axis."""
    figure = Figure(figsize=(11.0, 5.0), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True)
    time = np.arange(len(samples)) / rate_hz
    above.plot(time, samples / 32768, linewidth=0.5, color="#2a6f97")
    above.set(ylabel="amplitude", xlim=(0, time[-1]))
    _spectrogram(below, rows, q, hop_s, "feature")
    return figure


def save(figure: Figure, path: Path | str) -> Path:
    """Write a figure as PNG, in one step."""
    with replacing(Path(path).with_suffix(".png")) as temporary:
        figure.savefig(temporary, format="png", dpi=90, pil_kwargs={"optimize": True})
    return Path(path).with_suffix(".png")
