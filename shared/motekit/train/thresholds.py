"""The decision threshold of keywords, set on streams of people the network has not heard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import pretrained
from ..app import App
from ..audio_chain import window_end_s
from ..data import scoring
from ..data.scoring import Detection, StreamScore
from ..data.stream import Stream
from ..pipeline import Pipeline

#: thresholds that are tried
GRID = np.round(np.arange(0.40, 0.995, 0.01), 3)


@dataclass(frozen=True, eq=False)
class Heard:
    """A stream, and what a network said about every window of it.

    Attributes
    ----------
    stream : Stream
    scores : ndarray
        int8[windows, labels], from the core's streaming runtime.
    """

    stream: Stream
    scores: np.ndarray


def listen(app: App, folder: Path, stream: Stream) -> Heard:
    """Run a stream through the C chain with the network in `folder`, half a second at a time."""
    pipeline = Pipeline(app, pretrained.load(app, folder))
    step = app.rate_hz // 2
    parts = (stream.samples[at : at + step] for at in range(0, len(stream.samples), step))
    return Heard(stream, pipeline.stream(parts).scores)


def detect(app: App, heard: Heard, on: Mapping[str, float]) -> list[Detection]:
    """Keywords that the core's decision block reports at these thresholds."""
    events = pretrained.keyword_block(app, dict(on)).process(heard.scores)
    return [Detection(app.labels[e.label], window_end_s(app, e.window)) for e in events]


def score(app: App, heard: Heard, on: Mapping[str, float]) -> StreamScore:
    """Misses and false accepts of one stream at these thresholds."""
    return scoring.score(detect(app, heard, on), heard.stream.truth, heard.stream.duration_s)


def choose(app: App, streams: Sequence[Heard], *, false_accepts_per_hour: float = 1.0) -> dict[str, float]:
    """Find the threshold of fewest misses that keeps to the false accepts allowed over all the streams.

    One threshold for all keywords: hours of speech hold a handful of false accepts, too few to set ten. (Set for
    each keyword on four folds of Speech Commands, they let three times as many through on the fifth.)

    Parameters
    ----------
    app : App
    streams : sequence of Heard
        Of other speakers than those the threshold will be judged on.
    false_accepts_per_hour : float

    Returns
    -------
    dict of str to float
        The threshold of each keyword.
    """
    never = app.decision.get("never", [])
    keywords = [label for label in app.labels if label not in never]
    hours = sum(h.stream.duration_s for h in streams) / 3600
    allowed = int(np.floor(false_accepts_per_hour * hours))

    def cost(on: Mapping[str, float]) -> tuple[int, int, float]:
        scores = [score(app, heard, on) for heard in streams]
        false = sum(s.false_accepts for s in scores)
        # within the allowance only misses count; of equals the higher threshold: it is the safer
        return max(0, false - allowed), sum(s.misses for s in scores), -sum(on.values())

    return min(({k: float(t) for k in keywords} for t in GRID), key=cost)
