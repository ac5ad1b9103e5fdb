"""Recordings as the wrist's sensor would give them: int16 frames of six channels."""

from dataclasses import dataclass

import numpy as np

from motekit.chain import MISSING
from motekit.dsp.resample import Resampler
from motekit.post.wearable import CHANNELS, SCALES


@dataclass(frozen=True)
class Rates:
    """Frames a second, and samples a second of the pulse sensor and of the accelerometer: at most as many."""

    frames: int
    pulse: int
    motion: int

    @staticmethod
    def of(rate: "int | Rates") -> "Rates":
        """One rate for everything, or as it is."""
        return rate if isinstance(rate, Rates) else Rates(rate, rate, rate)

    def of_channel(self, name: str) -> int:
        """That of a channel."""
        return self.motion if name.startswith("acc_") else self.pulse


def counts(values: np.ndarray, scale: float) -> np.ndarray:
    """Values as counts; not a number: no sample."""
    rounded = np.clip(np.round(np.asarray(values, float) / scale), -32767, 32767)
    return np.where(np.isfinite(rounded), rounded, MISSING).astype(np.int16)


def sensed(channels: dict[str, np.ndarray], from_hz: float, rate: int | Rates) -> np.ndarray:
    """Frames int16[n, 6] of channels by name, all recorded at one rate; the others are missing.

    A part that has fewer samples than there are frames has none in the others: sample j is in frame j x frames / its
    rate, rounded down (post_wearable.h).
    """
    rates = Rates.of(rate)
    own = {name: rates.of_channel(name) for name in channels}
    values = {name: at_rate(column, from_hz, own[name]) for name, column in channels.items()}
    length = min(len(column) * rates.frames // own[name] for name, column in values.items())
    made = np.full((length, len(CHANNELS)), MISSING, np.int16)
    for name, column in values.items():
        place = CHANNELS.index(name)
        at = np.arange(len(column)) * rates.frames // own[name]
        made[at[at < length], place] = counts(column, SCALES[place])[at < length]
    return made


def at_rate(signal: np.ndarray, from_hz: float, to_hz: float) -> np.ndarray:
    """A channel at the app's rate, by the core's own resampler, its delay taken off at the start."""
    if from_hz == to_hz:
        return signal
    resampler = Resampler(round(from_hz), round(to_hz))
    late = round(resampler.delay * to_hz / from_hz)
    padded = np.concatenate([signal, np.full(int(np.ceil(resampler.delay)), signal[-1], np.float32)])
    # from the first value on, not from zero: a filter that starts with a step rings
    return (resampler.process(padded - signal[0]) + signal[0])[late:]
