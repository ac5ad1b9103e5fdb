"""Detections on a continuous stream against what was said: misses, substitutions, false accepts an hour.

The definitions are those of TensorFlow's streaming accuracy test (tensorflow/examples/speech_commands,
accuracy_utils.StreamingAccuracyStats): a detection within the tolerance of a keyword matches it, and the
first one decides; with another label it is wrong (a substitution, and the keyword counts as missed); a
detection with no keyword near is a false accept. Further detections of a keyword that is matched already
are counted apart, as repeats. Other words are not keywords: whatever is detected in them is a false accept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from ..errors import ConfigError
from .stream import Spoken

TOLERANCE_S = 0.75

Kind = Literal["hit", "substitution", "repeat", "false_accept"]


@dataclass(frozen=True)
class Detection:
    """A keyword that was reported, and when.

    Attributes
    ----------
    label : str
    time_s : float
        When the decision fell: the end of the window that brought it, in seconds of the stream.
    """

    label: str
    time_s: float


@dataclass(frozen=True)
class Verdict:
    """What became of one detection; `word` is the keyword it was held against, if one was near."""

    detection: Detection
    kind: Kind
    word: Spoken | None


@dataclass(frozen=True)
class StreamScore:
    """Counts over a stream.

    Attributes
    ----------
    hours : float
        Length of the stream.
    keywords : int
        Keywords said.
    hits, substitutions, repeats, false_accepts : int
        Detections of each kind.
    verdicts : tuple of Verdict
        In the order of time.
    missed : tuple of Spoken
        Keywords without a hit, substituted ones among them.
    """

    hours: float
    keywords: int
    hits: int
    substitutions: int
    repeats: int
    false_accepts: int
    verdicts: tuple[Verdict, ...]
    missed: tuple[Spoken, ...]

    @property
    def misses(self) -> int:
        """Keywords that were not detected as what they are, substitutions included."""
        return self.keywords - self.hits

    @property
    def miss_rate(self) -> float:
        """Misses by keywords said; 0 if none was."""
        return self.misses / self.keywords if self.keywords else 0.0

    @property
    def false_accepts_per_hour(self) -> float:
        """False accepts by hours of stream."""
        return self.false_accepts / self.hours

    @property
    def miss_rate_interval(self) -> tuple[float, float]:
        """95 % interval of the miss rate (Clopper-Pearson), as if misses were independent."""
        if not self.keywords:
            return 0.0, 1.0
        found = stats.binomtest(self.misses, self.keywords).proportion_ci(0.95, "exact")
        return float(found.low), float(found.high)

    @property
    def false_accepts_per_hour_interval(self) -> tuple[float, float]:
        """95 % interval of the false accepts an hour (exact Poisson; Garwood, Biometrika 28, 1936)."""
        count = self.false_accepts
        low = stats.chi2.ppf(0.025, 2 * count) / 2 if count else 0.0
        return float(low / self.hours), float(stats.chi2.ppf(0.975, 2 * count + 2) / 2 / self.hours)

    def metrics(self) -> dict:
        """The numbers under their names in the project's JSON."""
        return {
            "hours": self.hours,
            "keywords": self.keywords,
            "miss_rate": self.miss_rate,
            "miss_rate_interval": list(self.miss_rate_interval),
            "substitution_rate": self.substitutions / self.keywords if self.keywords else 0.0,
            "repeats": self.repeats,
            "false_accepts": self.false_accepts,
            "false_accepts_per_hour": self.false_accepts_per_hour,
            "false_accepts_per_hour_interval": list(self.false_accepts_per_hour_interval),
        }


@dataclass(frozen=True)
class DetPoint:
    """One threshold's place on the detection error trade-off curve."""

    threshold: float
    miss_rate: float
    false_accepts_per_hour: float


def score(
    detections: Iterable[Detection],
    truth: Sequence[Spoken],
    duration_s: float,
    *,
    tolerance_s: float = TOLERANCE_S,
) -> StreamScore:
    """Match detections with what was said.

    Parameters
    ----------
    detections : iterable of Detection
        In any order.
    truth : sequence of Spoken
        Keywords and other words.
    duration_s : float
        Length of the stream.
    tolerance_s : float
        How long before a keyword's clip starts, or after it ends, a detection still belongs to it.
        TensorFlow's test allows 1.5 s on either side of the clip's start, measured from the start of a
        window of 1 s: here that is 0.5 s before and 1.5 s after.

    Raises
    ------
    ConfigError
        If the duration is not above 0, or the tolerance is negative.
    """
    if duration_s <= 0 or tolerance_s < 0:
        raise ConfigError("a stream needs a length above 0 and a tolerance of 0 or more. Check both.")
    keywords = sorted((word for word in truth if word.is_keyword), key=lambda word: word.start_s)
    starts = np.array([word.start_s for word in keywords]) - tolerance_s
    ends = np.array([word.end_s for word in keywords]) + tolerance_s
    decided: dict[int, Kind] = {}
    verdicts = []
    for detection in sorted(detections, key=lambda d: d.time_s):
        near = np.flatnonzero((starts <= detection.time_s) & (detection.time_s <= ends))
        chosen = _choose(detection, near, keywords, decided)
        if chosen is None:
            kind: Kind = "false_accept"
        elif chosen in decided:
            kind = "repeat"
        else:
            kind = decided[chosen] = "hit" if keywords[chosen].label == detection.label else "substitution"
        verdicts.append(Verdict(detection, kind, None if chosen is None else keywords[chosen]))
    kinds = [verdict.kind for verdict in verdicts]
    return StreamScore(
        hours=duration_s / 3600,
        keywords=len(keywords),
        hits=kinds.count("hit"),
        substitutions=kinds.count("substitution"),
        repeats=kinds.count("repeat"),
        false_accepts=kinds.count("false_accept"),
        verdicts=tuple(verdicts),
        missed=tuple(word for index, word in enumerate(keywords) if decided.get(index) != "hit"),
    )


def det_curve(
    detect: Callable[[float], Iterable[Detection]],
    thresholds: Sequence[float],
    truth: Sequence[Spoken],
    duration_s: float,
    *,
    tolerance_s: float = TOLERANCE_S,
) -> list[DetPoint]:
    """Score what is detected at each threshold.

    Parameters
    ----------
    detect : callable
        Threshold to detections, through the same decision code as the device's.
    thresholds, truth, duration_s, tolerance_s
        See `score`.

    Returns
    -------
    list of DetPoint
        In the order of the thresholds.
    """
    points = []
    for threshold in thresholds:
        found = score(detect(threshold), truth, duration_s, tolerance_s=tolerance_s)
        points.append(DetPoint(float(threshold), found.miss_rate, found.false_accepts_per_hour))
    return points


def operating_point(points: Sequence[DetPoint], max_false_accepts_per_hour: float = 1.0) -> DetPoint | None:
    """Point of fewest misses among those that keep to the false accepts allowed; None if none does."""
    allowed = [p for p in points if p.false_accepts_per_hour <= max_false_accepts_per_hour]
    return min(allowed, key=lambda p: (p.miss_rate, p.false_accepts_per_hour), default=None)


def _choose(detection: Detection, near: np.ndarray, keywords: Sequence[Spoken], decided: dict[int, Kind]) -> int | None:
    """Which of the keywords nearby a detection is held against: an open one of its label before any open one,
    any open one before one that is decided, and the nearest of equals."""

    def rank(index: int) -> tuple[bool, bool, float]:
        word = keywords[index]
        distance = max(word.start_s - detection.time_s, detection.time_s - word.end_s, 0.0)
        return index in decided, word.label != detection.label, distance

    return min((int(index) for index in near), key=rank, default=None)
