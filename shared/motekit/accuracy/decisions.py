"""What a wrist's decisions are beside their definitions: activity, sleep and wake."""

import numpy as np

from ..post.body import Activity, ActivityParameters, Sleep
from .case import Case

_SMOOTHING = ActivityParameters()


def scores(length: int) -> dict[str, np.ndarray]:
    """Scores of windows by label, int8[60, 6]."""
    rng = np.random.default_rng(1)
    steady = rng.integers(-128, 0, (60, 6))
    steady[np.arange(60), np.arange(60) // 10] += rng.integers(40, 128, 60)
    return {"steady": steady.astype(np.int8), "noise": rng.integers(-128, 128, (60, 6)).astype(np.int8)}


def _missing(number: int) -> bool:
    return number % 17 == 0


def smoothed(rows: np.ndarray) -> np.ndarray:
    """The core's decision after each window; every 17th window says nothing. -1: none yet."""
    block = Activity(_SMOOTHING)
    return np.array([block.next(None if _missing(k) else row) for k, row in enumerate(rows)], np.float32)


def decisions(rows: np.ndarray) -> np.ndarray:
    """The same by the forward recursion in float64."""
    p, belief, decided, found = _SMOOTHING, np.full(6, 1 / 6), -1, []
    for number, row in enumerate(rows):
        belief = (1 - p.change) * belief + p.change / 5 * (1 - belief)
        if not _missing(number):
            belief = belief * np.maximum((row.astype(float) + 128.5) / 256, p.floor) ** p.tempering
        belief /= belief.sum()
        if belief.max() >= p.certain:
            decided = int(belief.argmax())
        found.append(decided)
    return np.array(found)


def nights(length: int) -> dict[str, np.ndarray]:
    """Counts of minutes, int32[240]: awake, asleep, restless, awake."""
    rng = np.random.default_rng(2)
    size = np.repeat([2000, 5, 150, 30, 2500], [30, 80, 40, 60, 30])
    return {"night": rng.exponential(size).astype(np.int32)}


def sleeps(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sleep of each minute by Cole-Kripke and by Sadeh as their papers write them, in float64."""
    padded = np.concatenate([np.zeros(5), counts.astype(float), np.zeros(5)])
    cole, sadeh = [], []
    for k in range(len(counts)):
        around = padded[k : k + 11]
        a = np.minimum(around / 100, 300)
        cole.append(0.001 * ([106, 54, 58, 76, 230, 74, 67] @ a[1:8]) < 1)
        limited = np.minimum(around, 300)
        nat = ((limited >= 50) & (limited < 100)).sum()
        score = 7.601 - 0.065 * limited.mean() - 1.08 * nat - 0.056 * limited[:6].std(ddof=1)
        sadeh.append(score - 0.703 * np.log(limited[5] + 1) >= 0)
    return np.array(cole), np.array(sadeh)


CASES = [
    Case("activity", "mk_activity", "forward recursion in float64", smoothed, decisions, 0.0, signals=scores),
    Case("sleep", "mk_sleep", "Cole-Kripke, Sadeh in float64", lambda x: Sleep().process(x).both.astype(np.uint8).T,
         lambda x: np.array(sleeps(x)).astype(float), 0.0, signals=nights),
]  # fmt: skip
