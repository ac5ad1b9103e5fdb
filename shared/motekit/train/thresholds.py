"""Decision thresholds of keywords, set on streams of people the network has not heard."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .. import pretrained
from ..app import App
from ..data import scoring
from ..data.scoring import Detection, StreamScore
from ..data.stream import Stream
from ..pipeline import Pipeline

#: thresholds that all keywords share are tried from these, then each keyword's by these steps from there
GRID = np.round(np.arange(0.30, 0.985, 0.02), 3)
STEPS = (-0.2, -0.1, -0.04, 0.04, 0.1)


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
    block = app.feature_block
    events = pretrained.keyword_block(app, dict(on)).process(heard.scores)
    end = [(e.window * app.stride + app.rows - 1) * block.hop + block.frame_length for e in events]
    return [Detection(app.labels[e.label], t / app.rate_hz) for e, t in zip(events, end, strict=True)]


def score(app: App, heard: Heard, on: Mapping[str, float]) -> StreamScore:
    """Misses and false accepts of one stream at these thresholds."""
    return scoring.score(detect(app, heard, on), heard.stream.truth, heard.stream.duration_s)


def choose(
    app: App,
    streams: Sequence[Heard],
    *,
    false_accepts_per_hour: float = 1.0,
    rounds: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, float]:
    """Find the thresholds of fewest misses that keep to the false accepts allowed over all the streams.

    First one threshold for all keywords, then each keyword's in turn, as long as it helps.

    Parameters
    ----------
    app : App
    streams : sequence of Heard
        Of other speakers than those the thresholds will be judged on.
    false_accepts_per_hour : float
    rounds : int
        Passes over the keywords.
    progress : callable, optional
        Called with (passes done, passes).
    """
    never = app.decision.get("never", [])
    keywords = [label for label in app.labels if label not in never]
    hours = sum(h.stream.duration_s for h in streams) / 3600
    allowed = int(np.floor(false_accepts_per_hour * hours))

    def cost(on: Mapping[str, float]) -> tuple[int, int, float]:
        scores = [score(app, heard, on) for heard in streams]
        false = sum(s.false_accepts for s in scores)
        # within the allowance only misses count; of equals the higher thresholds: they are the safer
        return max(0, false - allowed), sum(s.misses for s in scores), -sum(on.values())

    best = min(({k: float(t) for k in keywords} for t in GRID), key=cost)
    least = cost(best)
    for done in range(rounds):
        before = least
        for keyword in keywords:
            here = best[keyword]
            for step in STEPS:
                changed = {**best, keyword: round(float(np.clip(here + step, GRID[0], GRID[-1])), 3)}
                if (found := cost(changed)) < least:
                    best, least = changed, found
        if progress:
            progress(done + 1, rounds)
        if least == before:
            break
    return best
