"""What faults of the sensors do to the heart rate: error and coverage by fault, over every recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Take
from motekit.datasets.synthetic import faults as made
from motekit.post.wearable import TICK_S

from . import heart_rate

if TYPE_CHECKING:
    from .chain import AppChain

PULSES, AXES = (0, 1), (2, 3, 4)
#: fault: what of it, which channels (of two pulse waves and three axes), and how long
FAULTS: dict[str, dict[str, Any]] = {
    "pulse sensor unplugged for 10 s": {"kind": "unplugged", "channels": PULSES},
    "one pulse wave unplugged for 10 s": {"kind": "unplugged", "channels": (0,)},
    "accelerometer unplugged for 10 s": {"kind": "unplugged", "channels": AXES},
    "everything unplugged for 10 s": {"kind": "unplugged"},
    "pulse sensor saturated for 10 s": {"kind": "saturated", "channels": PULSES, "full_scale": 2047.0},
    "one axis stuck for 60 s": {"kind": "stuck_axis", "channels": (2,), "seconds": 60.0},
    "all axes stuck for 60 s": {"kind": "flat", "channels": AXES, "seconds": 60.0},
    "pulse sensor flat for 10 s": {"kind": "flat", "channels": PULSES},
    "off the wrist for 60 s": {"kind": "off_wrist", "channels": PULSES, "seconds": 60.0},
    "clock drift of 2 %": {"kind": "clock_drift"},
    "clock drift of -2 %": {"kind": "clock_drift", "drift": -0.02},
    "a tenth of the samples not a number for 30 s": {"kind": "nan", "seconds": 30.0},
    "frames dropped without notice for 30 s": {"kind": "dropped", "seconds": 30.0},
}
START_S = 100.0
#: after a fault, how long its samples still lie in a window, and in what it did to the track
AFTER_S = 30.0


def evaluate(chain: "AppChain", data: Path | None, progress=None) -> dict[str, Any]:
    """The table of faults: Python's chain over every recording with every fault."""
    recordings = heart_rate.recordings(data, int(chain.app.rate_hz))
    table = {"none": _row(chain, recordings, None)}
    for number, (name, fault) in enumerate(FAULTS.items()):
        if progress:
            progress(number, len(FAULTS), name)
        table[name] = _row(chain, recordings, fault)
    return {
        "metrics": {
            "wrong_readings_without_fault": table["none"]["wrong_readings"],
            "wrong_readings_with_fault_at_most": max(row["wrong_readings"] for row in table.values()),
        },
        "rows": {"float": table["none"]},
        "agree": True,
        "table": table,
        "windows": table["none"]["windows"],
    }


def _row(chain: "AppChain", recordings: list, fault: dict[str, Any] | None) -> dict[str, Any]:
    """Errors near the fault (its time and `AFTER_S` more; without one, the same time), and wrong readings overall."""
    scored, near = [], []
    for recording in recordings:
        take, start, stop = _take(recording, fault, int(chain.app.rate_hz))
        ticks = chain.wrist.process(take.frames)
        one = heart_rate.score(take, [tick.scores for tick in ticks])
        scored.append(one)
        ends = TICK_S * (np.arange(len(one.error)) + heart_rate.FIRST + 1)
        near.append((ends > start) & (ends <= stop))
    error = np.concatenate([s.error for s in scored])
    reading = np.concatenate([s.reading for s in scored])
    inside = np.concatenate(near)
    wrong = reading & (error > heart_rate.WRONG_BPM)
    return {
        "mae_bpm": float(error.mean()),
        "coverage": float(reading.mean()),
        "wrong_readings": int(wrong.sum()),
        "windows": len(error),
        "near": {
            "windows": int(inside.sum()),
            "mae_bpm": float(error[inside].mean()),
            "mae_bpm_readings": float(error[inside & reading].mean()) if (inside & reading).any() else None,
            "coverage": float(reading[inside].mean()),
            "wrong_readings": int((wrong & inside).sum()),
        },
    }


def _take(recording, fault: dict[str, Any] | None, rate_hz: int) -> tuple[Take, float, float]:
    """A recording with a fault, and when that begins and has passed, in seconds."""
    length = len(recording.samples) / recording.rate_hz
    start = min(START_S, length / 3)
    if fault is None:
        return heart_rate.take(recording, rate_hz), start, start + 60.0 + AFTER_S
    told = {"seconds": 10.0, **fault}
    samples = made.inject(recording.samples, recording.rate_hz, at_s=start, **told)
    take = heart_rate.take(recording, rate_hz, samples)
    if fault["kind"] == "clock_drift":
        # the truth is of windows of the recording's own clock: those that end when the sensor's do
        stretch = 1.0 + told.get("drift", 0.02)
        take = Take(take.name, take.group, take.frames, _stretched(take.truth, stretch), take.source)
        return take, 0.0, length
    if fault["kind"] == "dropped":
        lost = (len(recording.samples) - len(samples)) / recording.rate_hz
        take = Take(take.name, take.group, take.frames, _shifted(take.truth, start, told["seconds"], lost), take.source)
    return take, start, start + told["seconds"] + AFTER_S


def _stretched(truth: heart_rate.Truth, stretch: float) -> heart_rate.Truth:
    """Truth at the end of each window of a clock that gives `stretch` seconds as one."""
    ends = TICK_S * (np.arange(len(truth.bpm)) + heart_rate.FIRST + 1)
    return heart_rate.Truth(np.interp(ends * stretch, ends, truth.bpm), truth.motion)


def _shifted(truth: heart_rate.Truth, start: float, seconds: float, lost: float) -> heart_rate.Truth:
    """Truth at the end of each window when `lost` of the `seconds` from `start` on are missing."""
    ends = TICK_S * (np.arange(len(truth.bpm)) + heart_rate.FIRST + 1)
    kept = seconds - lost
    inside = start + (ends - start) * seconds / kept
    real = np.where(ends < start, ends, np.where(ends < start + kept, inside, ends + lost))
    return heart_rate.Truth(np.interp(real, ends, truth.bpm), truth.motion)
