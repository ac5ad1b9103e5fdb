"""Steps and cadence, and falls: synthetic people whose every step and fall is known, and how many are told."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Take
from motekit.datasets.synthetic import motion
from motekit.post.wearable import TICK_S

from . import activity
from .frames import Rates, sensed
from .rhythm import wilson
from .wrist import body_of

if TYPE_CHECKING:
    from .chain import AppChain

GAITS = ("walking", "jogging", "stairs")
GAIT_S, REST_S = 60.0, 8.0
#: what people do who do not fall; the knock and the flop are there to be mistaken
ORDINARY = (
    ("walking", 30.0), ("bump", 15.0), ("jogging", 30.0), ("sitting", 20.0), ("standing", 10.0), ("flop", 20.0),
    ("kicking", 30.0), ("bump", 15.0), ("stairs", 30.0), ("lying", 20.0),
)  # fmt: skip
#: after the impact, when a report still belongs to it
LATE_S = 20.0
#: no seed that the rules were chosen on
SEED = 9000


def walks(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """People who walk, jog and climb a minute each, with pauses; the truth is a `synthetic.motion.Motion`."""
    plan = [("standing", REST_S)]
    for gait in GAITS:
        plan += [(gait, GAIT_S), ("standing", REST_S)]
    return [_take(plan, rate_hz, (SEED, 1, number)) for number in range(limit or 12)]


def falls(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """People who fall, half of them while they walk, and people who do not; with a folder: its people, who never do."""
    if source is not None:
        return activity.takes(source, rate_hz, limit)
    made = []
    for number in range(limit or 40):
        before = "walking" if number % 2 else "standing"
        made.append(_take([(before, 6.0), ("fall", 30.0)], rate_hz, (SEED, 2, number)))
    return made + [_take(ORDINARY, rate_hz, (SEED, 3, number)) for number in range(limit or 12)]


def _take(plan: motion.Plan, rate_hz: int | Rates, seed: tuple[int, ...]) -> Take:
    frames_hz = Rates.of(rate_hz).frames
    moved = motion.make(plan, frames_hz, np.random.default_rng(seed))
    axes = dict(zip(("acc_x", "acc_y", "acc_z"), moved.acceleration.T / motion.GRAVITY, strict=True))
    name = f"synthetic-{'-'.join(map(str, seed))}"
    return Take(name, name, sensed(axes, frames_hz, rate_hz), moved, "synthetic")


def evaluate(
    chain: "AppChain", given: list[Take], data: Path | None, board: str | None, progress=None
) -> dict[str, Any]:
    """Steps of each gait against those done, and the cadence against theirs."""
    from . import scoring

    found = scoring.answers(chain, given, board, progress)
    scored = {name: _step_metrics(given, [body_of(a.scores) for a in answers]) for name, answers in found.items()}
    return {
        "rows": {"host" if name == "python" else name: row for name, row in scored.items()},
        "agree": scoring.agree(found),
        "metrics": scored["python"],
        "windows": sum(len(a.scores) for a in found["python"]),
    }


def _step_metrics(given: Sequence[Take], told: Sequence[np.ndarray]) -> dict[str, Any]:
    by_gait: dict[str, dict[str, list[float]]] = {gait: {"steps": [], "cadence": []} for gait in GAITS}
    for take, rows in zip(given, told, strict=True):
        steps = rows["steps"] / 256
        for start, stop, gait in take.truth.segments:
            if gait not in by_gait:
                continue
            # with half of the pauses, in which a late report of the last steps comes
            first, last = (round((at + way * REST_S / 2) / TICK_S) - 1 for at, way in ((start, -1), (stop, 1)))
            done = ((take.truth.steps >= start) & (take.truth.steps < stop)).sum()
            by_gait[gait]["steps"].append((steps[min(last, len(steps) - 1)] - steps[max(first, 0)]) / done - 1)
            inside = rows["cadence"][round(start / TICK_S) + 2 : round(stop / TICK_S) - 1]
            if (inside > 0).any():
                by_gait[gait]["cadence"].append(np.median(inside[inside > 0]) * (stop - start) / done - 1)
    whole = [rows["steps"][-1] / 256 / len(take.truth.steps) - 1 for take, rows in zip(given, told, strict=True)]
    return {
        "step_error": float(np.mean(np.abs(whole))),
        "step_error_worst": float(np.max(np.abs(whole))),
        "step_bias": float(np.mean(whole)),
        "gaits": {
            gait: {
                "step_error": float(np.mean(np.abs(e["steps"]))),
                "step_bias": float(np.mean(e["steps"])),
                "cadence_error": float(np.mean(np.abs(e["cadence"]))) if e["cadence"] else None,
            }
            for gait, e in by_gait.items()
        },
    }


def evaluate_falls(
    chain: "AppChain", given: list[Take], data: Path | None, board: str | None, progress=None
) -> dict[str, Any]:
    """Falls found, and reports where there was none."""
    from . import scoring

    found = scoring.answers(chain, given, board, progress)
    scored = {name: _fall_metrics(given, [body_of(a.scores) for a in answers]) for name, answers in found.items()}
    return {
        "rows": {"host" if name == "python" else name: row for name, row in scored.items()},
        "agree": scoring.agree(found),
        "metrics": scored["python"],
        "windows": sum(len(a.scores) for a in found["python"]),
    }


def _fall_metrics(given: Sequence[Take], told: Sequence[np.ndarray]) -> dict[str, Any]:
    falls = hits = reports = 0
    for take, rows in zip(given, told, strict=True):
        at = TICK_S * (np.flatnonzero(rows["falls"]) + 1)
        reports += int(rows["falls"].sum())
        for fall in getattr(take.truth, "falls", ()):
            falls += 1
            mine = (at >= fall) & (at <= fall + LATE_S)
            hits += bool(mine.any())
            reports -= bool(mine.any())
    hours = sum(len(rows) for rows in told) * TICK_S / 3600
    return {
        "sensitivity": hits / falls if falls else None,
        "sensitivity_95": wilson(hits, falls),
        "falls": falls,
        "false_alarms": reports,
        "hours": hours,
        "false_alarms_per_hour": reports / hours if hours else None,
    }
