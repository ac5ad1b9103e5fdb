"""Heart rate in motion: recordings, their readings, and how far those are from the truth."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from motekit.chain import Take
from motekit.datasets import ieee_spc2015, ppg_dalia
from motekit.datasets.synthetic import ppg as synthetic
from motekit.post.heart import trouble_names
from motekit.post.wearable import TICK_S, scores_of

from .frames import Rates, sensed

#: ticks that the first window takes
FIRST = round(ieee_spc2015.WINDOW_S / TICK_S) - 1
#: an error of more than this is a wrong rate, whoever reads it
WRONG_BPM = 10.0


@dataclass(frozen=True)
class Truth:
    """True heart rate of each window of 8 s, every 2 s, BPM, and the recording's kind of motion."""

    bpm: np.ndarray
    motion: str


@dataclass(frozen=True)
class Scored:
    """One recording's windows: true and found rate, confidence, and whether there was a reading."""

    name: str
    group: str
    motion: str
    true: np.ndarray
    bpm: np.ndarray
    confidence: np.ndarray
    reading: np.ndarray
    trouble: np.ndarray

    @property
    def error(self) -> np.ndarray:
        """Magnitude of each window's error, BPM."""
        return np.abs(self.bpm - self.true)


def takes(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list[Take]:
    """Recordings of a folder in the layout of IEEE SPC 2015 or PPG-DaLiA; None: synthetic ones."""
    return [take(recording, rate_hz) for recording in recordings(source, rate_hz, limit)]


def recordings(source: Path | None, rate_hz: int | Rates, limit: int | None = None) -> list:
    """The same as the loaders give them."""
    if source is None:
        return synthetic.make(recordings=limit or 6, seed=0, seconds=120, rate_hz=Rates.of(rate_hz).frames)
    loader = ppg_dalia if ppg_dalia.holds(source) else ieee_spc2015
    return loader.load(source)[:limit]


def take(recording, rate_hz: int | Rates, samples: np.ndarray | None = None) -> Take:
    """A recording of pulse waves and acceleration as the sensor would give it, or other samples in its place."""
    samples = recording.samples if samples is None else samples
    channels = dict(zip(recording.channels, samples.T, strict=True))
    if recording.unit.startswith("1,"):
        # a pulse wave without a unit: as strong as the sensor's amplifier would make it
        channels["ppg1"] = channels["ppg1"] * (500 / max(np.quantile(np.abs(channels["ppg1"]), 0.99), 1e-9))
    made = sensed(channels, recording.rate_hz, rate_hz)
    return Take(recording.name, recording.group, made, Truth(recording.bpm, recording.motion), recording.source)


def score(take: Take, rows: list[bytes]) -> Scored:
    """Readings of the ticks, `rows` as the firmware sends them, beside the truth of the windows that end with them."""
    scores, true = scores_of(rows)[FIRST:], take.truth.bpm
    n = min(len(scores), len(true))
    scores = scores[:n]
    return Scored(
        take.name,
        take.group,
        take.truth.motion,
        true[:n],
        scores["bpm"].astype(float),
        scores["confidence"].astype(float),
        scores["trouble"] == 0,
        scores["trouble"],
    )


def metrics(scored: Iterable[Scored]) -> dict[str, Any]:
    """Errors in BPM over all windows, over readings, and over the nine tenths that are surest.

    Every window has an estimate: `mae_bpm` is at 100 % coverage. `coverage` is the share of windows that the app
    calls a reading, `mae_bpm_readings` their error.
    """
    scored = list(scored)
    error = np.concatenate([s.error for s in scored])
    confidence = np.concatenate([s.confidence for s in scored])
    reading = np.concatenate([s.reading for s in scored])
    surest = np.argsort(-confidence, kind="stable")[: int(np.ceil(0.9 * len(error)))]
    means = [float(s.error.mean()) for s in scored]
    return {
        "mae_bpm": float(error.mean()),
        "mae_bpm_at_90": float(error[surest].mean()),
        "coverage": float(reading.mean()),
        "mae_bpm_readings": float(error[reading].mean()) if reading.any() else None,
        "within_5_bpm": float((error <= 5).mean()),
        "wrong_readings": int((reading & (error > WRONG_BPM)).sum()),
        "windows": len(error),
        "recordings": len(scored),
        "mae_bpm_recordings_mean": float(np.mean(means)),
        "mae_bpm_recordings_deviation": float(np.std(means, ddof=1)) if len(means) > 1 else 0.0,
        "mae_bpm_worst_recording": max(means),
    }


def by_recording(scored: Iterable[Scored]) -> list[dict[str, Any]]:
    """Errors of each recording."""
    return [
        {
            "name": s.name,
            "group": s.group,
            "motion": s.motion,
            "windows": len(s.error),
            "mae_bpm": float(s.error.mean()),
            "coverage": float(s.reading.mean()),
            "wrong_readings": int((s.reading & (s.error > WRONG_BPM)).sum()),
        }
        for s in scored
    ]


def by_motion(scored: Iterable[Scored]) -> dict[str, dict[str, Any]]:
    """Errors of each kind of motion: nothing in the chain is trained, so each kind is one it was not set on."""
    kinds: dict[str, list[Scored]] = {}
    for s in scored:
        kinds.setdefault(s.motion, []).append(s)
    return {kind: metrics(found) for kind, found in sorted(kinds.items())}


def why(scored: Iterable[Scored]) -> dict[str, int]:
    """How often there was no reading, by reason."""
    counted: dict[str, int] = {}
    for s in scored:
        for bits in s.trouble:
            for name in trouble_names(int(bits)):
                counted[name] = counted.get(name, 0) + 1
    return counted


def traces(scored: Iterable[Scored]) -> list[dict[str, Any]]:
    """Every window of every recording, to draw: BPM to a tenth."""
    return [
        {
            "name": s.name,
            "true": s.true.round(1).tolist(),
            "bpm": s.bpm.round(1).tolist(),
            "reading": s.reading.astype(int).tolist(),
        }
        for s in scored
    ]
