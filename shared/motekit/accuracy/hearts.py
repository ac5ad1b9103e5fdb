"""What a wrist's pulse waves say of each heart rate, beside NumPy and SciPy in float64: the chain of post_heart.h."""

import numpy as np
import scipy.signal

from ..post.heart import RATE_HZ, Heart, HeartParameters
from .case import Case

PARAMETERS = HeartParameters()
HOP = 50


def recording(
    seconds: int = 60, bpm: float = 95.0, cadence: float = 75.0, motion: float = 0.3, seed: int = 0
) -> np.ndarray:
    """Two pulse waves with motion in them, and the axes, float64[5, n]; the motion is three times the pulse."""
    rng = np.random.default_rng(seed)
    time = np.arange(seconds * RATE_HZ) / RATE_HZ
    beat, step = 2 * np.pi * bpm / 60 * time, 2 * np.pi * cadence / 60 * time
    axes = [motion * (np.cos(step + a) + 0.5 * np.cos(2 * step + b)) for a, b in rng.uniform(0, 6, (3, 2))]
    axes = np.array(axes) + rng.normal(0, 0.01, (3, len(time)))
    pulse = np.cos(beat) + 0.4 * np.cos(2 * beat + 1)
    waves = [20 * pulse + 200 * axes.T @ rng.normal(0, 1, 3) + rng.normal(0, 2, len(time)) for _ in range(2)]
    return np.vstack([waves, axes])


def evidence(samples: np.ndarray, p: HeartParameters = PARAMETERS) -> list[np.ndarray]:
    """The chain as the headers tell it, in float64, by scipy and numpy."""
    filtered = scipy.signal.sosfilt(
        scipy.signal.butter(2, p.highpass_hz, "highpass", fs=RATE_HZ, output="sos"), samples.astype(np.float32)
    )
    length, lags = HOP * p.hops, np.arange(p.lags) * p.stride
    padded = np.concatenate([np.zeros((5, lags[-1])), filtered], axis=1)
    weights = np.hanning(length + 2)[1:-1]
    frequency = np.arange(p.first_bpm, p.last_bpm + 1) / 60
    bins = np.fft.rfftfreq(256, 1 / RATE_HZ)
    band = (bins >= p.band_hz[0]) & (bins <= p.band_hz[1])
    kept = [(0.0, 0.0)] * len(p.memory)
    rows = []
    for end in range(length, samples.shape[1] + 1, HOP):
        window = padded[:, end - length : end + lags[-1]]
        z = np.array([axis[lag : lag + length] for axis in window[2:] for lag in lags])
        z = (z - z.mean(axis=1, keepdims=True)) * weights
        y = window[:2, lags[-1] - p.ahead : lags[-1] - p.ahead + length]
        y = (y - y.mean(axis=1, keepdims=True)) * weights
        total = np.zeros(len(frequency))
        for m, memory in enumerate(p.memory):
            g, b = kept[m] = z @ z.T + memory * kept[m][0], z @ y.T + memory * kept[m][1]
            rest = y - np.linalg.solve(g + p.ridge * np.trace(g) / len(g) * np.eye(len(g)), b).T @ z
            power = np.abs(np.fft.rfft(rest, 256)) ** 2
            likelihood = np.zeros(len(frequency))
            for row in power:
                at = [parabola(row, k * frequency * 256 / RATE_HZ) for k in (1, 2)]
                rho = 1.5 * 256 / length * (at[0] + p.harmonic * at[1]) / row[band].sum()
                likelihood -= p.strength / 2 * np.log(1 - np.minimum(rho, 0.98))
            share = np.exp(likelihood - likelihood.max())
            total += share / share.sum()
        rows.append(np.log(total))
    return rows


def parabola(power: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Power between bins, by the magnitudes."""
    i = np.floor(place + 0.5).astype(int)
    size = np.sqrt(power)
    e, a, b, c = place - i, size[i - 1], size[i], size[i + 1]
    return np.maximum(b + 0.5 * e * (c - a) + 0.5 * e * e * (a - 2 * b + c), 0) ** 2


def pulses(length: int) -> dict[str, np.ndarray]:
    """Twelve seconds at rest and in motion, float32[5, 300]."""
    walking, resting = recording(12, 95.0, 75.0, seed=1), recording(12, 62.0, 110.0, motion=0.005, seed=2)
    return {"walking": walking.astype(np.float32), "resting": resting.astype(np.float32)}


def _told(x: np.ndarray) -> np.ndarray:
    return np.array([reading.evidence for reading in Heart().process(x) if reading.evidence is not None], np.float32)


CASES = [
    Case("heart", "mk_heart", "NumPy and SciPy, the whole chain", _told, lambda x: np.array(evidence(x)),
         signals=pulses),
]  # fmt: skip
