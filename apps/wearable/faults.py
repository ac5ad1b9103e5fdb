"""What faults of the sensors do to the heart rate: error and coverage by fault, over every recording."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from motekit.chain import Take
from motekit.datasets.synthetic import faults as made
from motekit.post.wearable import TICK_S

from . import heart_rate
from .frames import Rates

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
#: what else may come into the pulse waves for a minute, and how strong beside what is there (standard deviations)
NOISE: dict[str, tuple[str, float]] = {
    "white noise, half as strong": ("white", 0.5),
    "white noise, as strong": ("white", 1.0),
    "slow drift, as strong": ("drift", 1.0),
    "a grip twice a second that no accelerometer sees, as strong": ("grip", 1.0),
    "motion of somebody else, in both sensors, as strong": ("other", 1.0),
}
NOISE_S = 60.0
START_S = 100.0
#: share by which the clock of "clock drift" is too fast
DRIFT = 0.02
#: after a fault, how long its samples still lie in a window, and in what it did to the track
AFTER_S = 30.0


def evaluate(chain: "AppChain", data: Path | None, progress=None) -> dict[str, Any]:
    """The table of faults: Python's chain over every recording with every fault."""
    recordings = heart_rate.recordings(data, chain.rates)
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
        "noise": {name: _noise_row(chain, recordings, *noise) for name, noise in NOISE.items()},
        "windows": table["none"]["windows"],
    }


def _row(chain: "AppChain", recordings: list, fault: dict[str, Any] | None) -> dict[str, Any]:
    """Errors near the fault (its time and `AFTER_S` more; without one, the same time), and wrong readings overall.

    A clock that is wrong by a share makes every rate wrong by that share, and nothing on a wrist can tell: what is more
    than that is the chain's (`wrong_readings`); `wrong_readings_by_true_clock` has both.
    """
    scored, near = [], []
    drift = abs(fault.get("drift", DRIFT)) if fault and fault["kind"] == "clock_drift" else 0.0
    for recording in recordings:
        take, start, stop = _take(recording, fault, chain.rates)
        ticks = chain.wrist.process(take.frames)
        one = heart_rate.score(take, [tick.scores for tick in ticks])
        scored.append(one)
        ends = TICK_S * (np.arange(len(one.error)) + heart_rate.FIRST + 1)
        near.append((ends > start) & (ends <= stop))
    error = np.concatenate([s.error for s in scored])
    reading = np.concatenate([s.reading for s in scored])
    inside = np.concatenate(near)
    of_clock = drift * np.concatenate([s.true for s in scored])
    wrong = reading & (error > heart_rate.WRONG_BPM + of_clock)
    return {
        "mae_bpm": float(error.mean()),
        "coverage": float(reading.mean()),
        "wrong_readings": int(wrong.sum()),
        "wrong_readings_by_true_clock": int((reading & (error > heart_rate.WRONG_BPM)).sum()),
        "windows": len(error),
        "near": {
            "windows": int(inside.sum()),
            "mae_bpm": float(error[inside].mean()),
            "mae_bpm_readings": float(error[inside & reading].mean()) if (inside & reading).any() else None,
            "coverage": float(reading[inside].mean()),
            "wrong_readings": int((wrong & inside).sum()),
        },
    }


def _noise_row(chain: "AppChain", recordings: list, kind: str, strength: float) -> dict[str, Any]:
    """Errors while noise lies in every window, over all recordings."""
    scored = []
    for number, recording in enumerate(recordings):
        rate = recording.rate_hz
        start = round(min(START_S, len(recording.samples) / rate / 3) * rate)
        stop = min(len(recording.samples), start + round(NOISE_S * rate))
        other = recordings[(number + 1) % len(recordings)].samples
        samples = recording.samples.copy()
        samples[start:stop] += _noise(kind, strength, samples[start:stop], other, rate, np.random.default_rng(number))
        take = heart_rate.take(recording, chain.rates, samples)
        one = heart_rate.score(take, [tick.scores for tick in chain.wrist.process(take.frames)])
        ends = TICK_S * (np.arange(len(one.error)) + heart_rate.FIRST + 1)
        # windows of noise alone: those that began after it did
        inside = (ends >= start / rate + 8) & (ends <= stop / rate)
        scored.append((one.error[inside], one.reading[inside]))
    error, reading = (np.concatenate(part) for part in zip(*scored, strict=True))
    return {
        "windows": len(error),
        "mae_bpm": float(error.mean()),
        "coverage": float(reading.mean()),
        "mae_bpm_readings": float(error[reading].mean()) if reading.any() else None,
        "wrong_readings": int((reading & (error > heart_rate.WRONG_BPM)).sum()),
    }


def _noise(kind: str, strength: float, part: np.ndarray, other: np.ndarray, rate: float, rng) -> np.ndarray:
    """What is added to [n, 5] samples: to the pulse waves, and, of somebody else's motion, to the axes."""
    n, size = len(part), part[:, :2].std(axis=0)
    time = np.arange(n) / rate
    added = np.zeros_like(part)
    if kind == "white":
        added[:, :2] = rng.normal(0, 1, (n, 2))
    elif kind == "drift":
        nodes = np.arange(0, n / rate + 2, 2.0)
        added[:, :2] = np.stack([np.interp(time, nodes, rng.normal(0, 1, len(nodes))) for _ in range(2)], axis=1)
    elif kind == "grip":
        nodes = np.arange(0, n / rate + 5, 5.0)
        speed = 2.0 * (1 + 0.05 * np.interp(time, nodes, rng.normal(0, 1, len(nodes))))
        phase = 2 * np.pi * np.cumsum(speed) / rate
        added[:, :2] = (np.cos(phase) + 0.4 * np.cos(2 * phase + 1))[:, None]
    else:
        axes = np.resize(other[len(other) // 3 :, 2:], (n, 3))
        axes = axes - axes.mean(axis=0)
        added[:, 2:] = axes
        # through a coupling of its own: each axis a little late, and not at all linear
        late = [np.roll(axes[:, i], int(rng.integers(0, 20))) for i in range(3)]
        mixed = np.stack(late, axis=1) @ rng.normal(0, 1, (3, 2))
        added[:, :2] = mixed + 0.3 * np.abs(mixed)
    pulse = added[:, :2] - added[:, :2].mean(axis=0)
    added[:, :2] = strength * size * pulse / (pulse.std(axis=0) + 1e-9)
    return added.astype(np.float32)


def _take(recording, fault: dict[str, Any] | None, rates: Rates) -> tuple[Take, float, float]:
    """A recording with a fault, and when that begins and has passed, in seconds."""
    length = len(recording.samples) / recording.rate_hz
    start = min(START_S, length / 3)
    if fault is None:
        return heart_rate.take(recording, rates), start, start + 60.0 + AFTER_S
    told = {"seconds": 10.0, **fault}
    samples = made.inject(recording.samples, recording.rate_hz, at_s=start, **told)
    take = heart_rate.take(recording, rates, samples)
    if fault["kind"] == "clock_drift":
        # the truth is of windows of the recording's own clock: those that end when the sensor's do
        stretch = 1.0 + told.get("drift", DRIFT)
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
