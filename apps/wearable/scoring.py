"""Every task's evaluation: Python, the firmware on this computer and on a board, over the same recordings."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Answer, Take
from motekit.datasets import ppg_dalia
from motekit.oracle import Tflm
from motekit.report.results import save

from . import activity, faults, heart_rate, hrv, rhythm, sleep, steps

if TYPE_CHECKING:
    from .chain import AppChain


def evaluate(
    chain: "AppChain",
    task: str,
    data: Path | None,
    *,
    split: str | None,
    board: str | None,
    seed: int,
    folds: int,
    out: Path | None,
    epochs: int | None = None,
    progress=None,
) -> dict[str, Any]:
    """Score a task on everything in `data`; with `out`, keep the figures in its results.json.

    Returns
    -------
    dict
        `rows` by runtime, `agree`, `metrics` (of the int8 chain), and what else the task tells.
    """
    # nobody rests in the recordings of the data sets, and no set has steps or nights
    data = None if task in ("hrv", "steps", "sleep") else data
    takes = chain.takes_of(task, data)
    if split == "record":
        found = _by_record(chain, takes, folds, seed, progress)
    elif split == "subject":
        found = activity.by_subject(chain, data, folds=folds, seed=seed, epochs=epochs, progress=progress)
    else:
        found = _TASKS[task](chain, takes, data, board, progress)
    result = {
        "app": chain.app.name,
        "task": task,
        "data": {
            "source": takes[0].source,
            "name": _dataset(chain, task, data),
            "groups": len({take.group for take in takes}),
            **({"windows": found.pop("windows")} if "windows" in found else {}),
        },
        "split": split or "none",
        **found,
    }
    traces = result.pop("traces", None)
    if out:
        told = {**result, "traces": traces} if traces else result
        save(out, {_name(task, split, takes): told})
    return result


def _dataset(chain: "AppChain", task: str, data: Path | None) -> str:
    """Name of what was scored: heart rate knows two data sets."""
    if data is None:
        return "synthetic"
    return ppg_dalia.NAME if task == "heart_rate" and ppg_dalia.holds(data) else chain.dataset(task)


def _name(task: str, split: str | None, takes: list[Take]) -> str:
    """Name in results.json: the training recordings of SPC 2015 are what heart rate is told of elsewhere."""
    # real people are there for the false alarms: nobody falls
    if task == "falls" and takes[0].source == "real":
        return "falls_nobody"
    if task != "heart_rate":
        return f"{task}_{split}" if split else task
    if takes[0].source == "synthetic":
        return "heart_rate_synthetic"
    if takes[0].truth.motion == "daily life":
        return "heart_rate_dalia"
    return "heart_rate" if any(take.truth.motion.startswith("TYPE") for take in takes) else "heart_rate_extra"


def answers(chain: "AppChain", takes: list[Take], board: str | None, progress=None) -> dict[str, list[Answer]]:
    """Answers by runtime: "python", and the firmware as "host" and on the board if one is given."""
    found = {"python": [chain.answer(take.frames) for take in takes]}
    for name in dict.fromkeys(("host", board) if board else ()):
        found[name] = _replayed(chain, name, takes, progress)
    return found


def _replayed(chain: "AppChain", board: str, takes: list[Take], progress) -> list[Answer]:
    from motekit.chains import app_with
    from motekit.firmware.run import FirmwareReplay

    found = []
    with FirmwareReplay(app_with(chain), board) as firmware:
        for number, take in enumerate(takes):
            if progress:
                progress(number, len(takes), f"replaying on {board}")
            found.append(firmware.answer(take.frames))
    return found


def agree(found: dict[str, list[Answer]]) -> bool:
    """Whether every runtime said the same, bit for bit."""
    return all(answer == found["python"] for answer in found.values())


def _heart_rate(chain, takes, data, board, progress) -> dict[str, Any]:
    found = answers(chain, takes, board, progress)
    scored = {
        name: [heart_rate.score(take, answer.scores) for take, answer in zip(takes, given, strict=True)]
        for name, given in found.items()
    }
    python = scored["python"]
    return {
        # nothing is trained and nothing quantized: the chain's float32 is the same bits everywhere
        "rows": {_ROW.get(name, name): heart_rate.metrics(s) for name, s in scored.items()},
        "agree": agree(found),
        "metrics": heart_rate.metrics(python),
        "recordings": heart_rate.by_recording(python),
        "motions": heart_rate.by_motion(python),
        "no_reading": heart_rate.why(python),
        "traces": heart_rate.traces(python),
        "windows": int(sum(len(s.error) for s in python)),
    }


#: Python's own chain stands in the row of the float network
_ROW = {"python": "float"}


def _rhythm(chain, takes, data, board, progress) -> dict[str, Any]:
    model = chain.rhythm_model
    found = answers(chain, takes, board, progress)
    last = {name: np.array([rhythm.last_readings(answer.scores) for answer in given]) for name, given in found.items()}
    labels = np.array([take.truth for take in takes])
    python = last["python"]
    reading = python["rhythm_trouble"] == 0
    exact = Tflm(model.float_model).predict(rhythm.inputs(model, python["values"])).reshape(-1)
    oracle = Tflm(model.int8_model).predict(python["inputs"]).reshape(-1)

    def row(scores: np.ndarray) -> dict[str, Any]:
        return rhythm.metrics(labels, rhythm.probabilities(scores), scores >= model.threshold, reading)

    rows = {
        "float": rhythm.metrics(labels, exact, exact >= rhythm.probabilities(model.threshold), reading),
        "tflm": row(np.where(reading, oracle, -128)),
        **{_HOST.get(name, name): row(given["score"]) for name, given in last.items()},
    }
    return {
        "rows": rows,
        "agree": agree(found) and bool((np.where(reading, oracle, -128) == python["score"]).all()),
        "metrics": row(python["score"]),
        "windows": len(takes),
    }


#: without a replay, the compiled model on this computer is Python's own
_HOST = {"python": "host"}


def _by_record(chain, takes, folds, seed, progress) -> dict[str, Any]:
    records = rhythm.measure(takes, chain.bare)
    found = rhythm.cross_validated(records, folds, seed, progress)
    return {
        "rows": {"float": found["float"], "host": found["metrics"]},
        "agree": True,
        "metrics": found["metrics"],
        "folds": folds,
        "windows": len(takes),
    }


def _faults(chain, takes, data, board, progress) -> dict[str, Any]:
    return faults.evaluate(chain, data, progress)


def _hrv(chain, takes, data, board, progress) -> dict[str, Any]:
    return hrv.evaluate(chain)


_TASKS: dict[str, Callable[..., dict[str, Any]]] = {
    "heart_rate": _heart_rate,
    "rhythm": _rhythm,
    "faults": _faults,
    "activity": activity.evaluate,
    "steps": steps.evaluate,
    "falls": steps.evaluate_falls,
    "sleep": sleep.evaluate,
    "hrv": _hrv,
}
