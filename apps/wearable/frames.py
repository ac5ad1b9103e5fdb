"""Recordings as the wrist's sensor would give them: int16 frames of six channels."""

import numpy as np

from motekit.chain import MISSING
from motekit.dsp.resample import Resampler
from motekit.post.wearable import CHANNELS, SCALES


def counts(values: np.ndarray, scale: float) -> np.ndarray:
    """Values as counts; not a number: no sample."""
    rounded = np.clip(np.round(np.asarray(values, float) / scale), -32767, 32767)
    return np.where(np.isfinite(rounded), rounded, MISSING).astype(np.int16)


def frames(channels: dict[str, np.ndarray]) -> np.ndarray:
    """Frames int16[n, 6] of channels by name, all of one length; the others are missing."""
    length = len(next(iter(channels.values())))
    made = np.full((length, len(CHANNELS)), MISSING, np.int16)
    for name, values in channels.items():
        place = CHANNELS.index(name)
        made[:, place] = counts(values, SCALES[place])
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
