"""What a stream of windows makes of a recording, as a picture: the signal, each stage, the features and flags."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
from matplotlib.figure import Figure

from ..chain import MISSING
from ..dsp.floats import QUALITY
from ..dsp.windows import WindowStream

_MOST = 4000


def picture(stream: WindowStream, frames: np.ndarray) -> Figure:
    """Counts int16[n, channels] through the stages of the conditioning to features and quality flags."""
    steps = stream.steps(frames)
    features, quality = stream.process(frames)
    figure = Figure(figsize=(11.0, 1.7 * len(steps) + 4.2), layout="constrained")
    panels = figure.subplots(len(steps) + 2, 1, height_ratios=[1.0] * len(steps) + [1.6, 0.5])
    for axes, step in zip(panels, steps, strict=False):
        thinned = step.frames[:: max(1, len(step.frames) // _MOST)]
        span = len(step.frames) / step.signal.rate_hz
        time = np.linspace(0, span, len(thinned), endpoint=False)
        for column, channel in zip(thinned.T, step.signal.channels, strict=True):
            axes.plot(time, column, linewidth=0.7, label=channel)
        axes.set_ylabel(step.name)
        axes.set_xlim(0, span or 1)
        axes.legend(loc="upper right", fontsize="x-small", ncols=4)
    hop_s = stream.hop / stream.conditioning.output.rate_hz
    _features(panels[-2], features, stream.names, len(features) * hop_s)
    _flags(panels[-1], stream, quality)
    figure.supxlabel("time in s" if stream.conditioning.in_time else "time in s, then turns", fontsize=9)
    return figure


def overview(frames: np.ndarray, channels: list[str], rate_hz: float, rows: np.ndarray, names: list[str]) -> Figure:
    """Counts int16[n, channels] and the rows of features that a chain makes of them."""
    figure = Figure(figsize=(11.0, 6.5), layout="constrained")
    signal, features = figure.subplots(2, 1, height_ratios=[1, 1.6])
    span = len(frames) / rate_hz
    shown = np.where(frames == MISSING, np.nan, frames.astype(float))[:: max(1, len(frames) // _MOST)]
    if shown.shape[1] <= 16:
        time = np.linspace(0, span, len(shown), endpoint=False)
        for column, channel in zip(shown.T, channels, strict=False):
            signal.plot(time, column, linewidth=0.7, label=channel)
        signal.legend(loc="upper right", fontsize="x-small", ncols=6)
        signal.set(ylabel="counts", xlim=(0, span or 1))
    else:  # a picture a frame
        signal.imshow(shown.T, aspect="auto", cmap="gray", extent=(0, span or 1, shown.shape[1], 0))
        signal.set_ylabel("channels")
    _features(features, rows, names, span)
    figure.supxlabel("time in s", fontsize=9)
    return figure


def _features(axes, features: np.ndarray, names: list[str], span: float) -> None:
    """Each feature by its own rank, so that units do not matter."""
    if not len(features):
        axes.set_title("shorter than a window", fontsize=9)
        return
    ranks = features.argsort(axis=0).argsort(axis=0) / max(1, len(features) - 1)
    extent = (0, span or 1, len(names) - 0.5, -0.5)
    axes.imshow(ranks.T, aspect="auto", cmap="magma", extent=extent, interpolation="nearest")
    axes.set_ylabel("features, by rank")
    if len(names) <= 24:
        axes.set_yticks(range(len(names)), names, fontsize=6)


def _flags(axes, stream: WindowStream, quality: np.ndarray) -> None:
    hop = stream.hop / stream.conditioning.output.rate_hz
    raised = np.array([(quality & bit) > 0 for bit in QUALITY], float).reshape(len(QUALITY), -1)
    extent = (0, max(1, len(quality)) * hop, len(QUALITY) - 0.5, -0.5)
    axes.imshow(raised, aspect="auto", cmap="Reds", vmin=0, vmax=1, extent=extent, interpolation="nearest")
    axes.set_yticks(range(len(QUALITY)), QUALITY.values(), fontsize=6)
