"""Sleep and wake: synthetic nights, and how both rules score on them. Nothing here says how they do on people."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Take
from motekit.datasets.synthetic import nights
from motekit.dsp.counts import Counts
from motekit.post.body import RULES, Night, Sleep

from .activity import RATE_HZ
from .frames import Rates, sensed

if TYPE_CHECKING:
    from .chain import AppChain

NIGHTS = 8
#: of a night that is replayed on the board: firmware and Python are compared, minutes are scored on whole nights
REPLAYED_S = 1200
NOTE = "synthetic nights: what the rules do on people is in their papers, not here"


def takes(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """The first minutes of a synthetic night as the sensor would give them; there is no data set."""
    (night,) = nights.make(1, seed=0)
    part = night.samples[: REPLAYED_S * RATE_HZ]
    axes = dict(zip(("acc_x", "acc_y", "acc_z"), part.T, strict=True))
    return [Take(night.name, night.group, sensed(axes, RATE_HZ, rate_hz), None, "synthetic")]


def evaluate(
    chain: "AppChain", given: list[Take], data: Path | None, board: str | None, progress=None
) -> dict[str, Any]:
    """Minutes of whole nights by the core's blocks, and a part of one through the firmware."""
    from . import scoring

    found = scoring.answers(chain, given, board, progress)
    settings = chain.motion.settings
    counts, sleep = Counts(RATE_HZ), Sleep(settings.rule)
    true, told, whole = [], [], []
    for number, night in enumerate(nights.make(NIGHTS, seed=1)):
        if progress:
            progress(number, NIGHTS, "nights")
        result = sleep.process(counts.process(night.samples)[:, settings.axis])
        true.append(night.asleep[: result.minutes])
        told.append(result.both)
        whole.append((_summary(night.asleep), result))
    rows = {name: minutes(np.concatenate(true), np.concatenate(told)[:, k]) for k, name in enumerate(RULES)}
    metrics = {**rows[settings.rule], "rule": settings.rule, "rules": rows, "nights": len(whole), **_errors(whole)}
    return {
        "rows": {"host": metrics},
        "agree": scoring.agree(found),
        "metrics": metrics,
        "note": NOTE,
        "windows": int(sum(map(len, true))),
    }


def minutes(true: np.ndarray, asleep: np.ndarray) -> dict[str, float]:
    """Figures of actigraphy: sleep is what is looked for, so sensitivity is of sleep and specificity of wake."""
    both = (asleep & true).mean() + (~asleep & ~true).mean()
    chance = asleep.mean() * true.mean() + (1 - asleep.mean()) * (1 - true.mean())
    return {
        "accuracy": float(both),
        "sensitivity": float(asleep[true].mean()),
        "specificity": float((~asleep)[~true].mean()),
        "kappa": float((both - chance) / (1 - chance)) if chance < 1 else 0.0,
    }


def _summary(asleep: np.ndarray) -> dict[str, float]:
    inside = np.flatnonzero(asleep)
    return {
        "onset": float(inside[0]),
        "efficiency": float(asleep.mean()),
        "awake": float((~asleep[inside[0] : inside[-1]]).sum()),
    }


def _errors(whole: list[tuple[dict[str, float], Night]]) -> dict[str, float]:
    """Mean magnitudes of the errors of a night's sum."""
    given = [(true, night) for true, night in whole if night.onset is not None]
    return {
        "onset_error_min": float(np.mean([abs(t["onset"] - n.onset) for t, n in given])),
        "efficiency_error": float(np.mean([abs(t["efficiency"] - n.efficiency) for t, n in given])),
        "awake_error_min": float(np.mean([abs(t["awake"] - n.awake) for t, n in given])),
    }
