"""Levels, and mixing speech with noise at a stated signal-to-noise ratio."""

import numpy as np

from . import audio

# a frame counts as speech if it is less than this far below the loudest one
_MARGIN_DB = 15.9
_FRAME_S = 0.02


def rms(samples: np.ndarray) -> float:
    """Root mean square of samples, in their own unit."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0


def active_rms(samples: np.ndarray, rate_hz: float = audio.RATE_HZ) -> float:
    """RMS of the frames where somebody speaks, so that the pauses around a word do not count.

    Source: the 15.9 dB margin of ITU-T P.56, method B, applied to 20 ms frames.
    """
    frame = max(1, round(_FRAME_S * rate_hz))
    whole = len(samples) // frame * frame
    if whole == 0:
        return rms(samples)
    energies = np.square(samples[:whole], dtype=np.float64).reshape(-1, frame).mean(axis=1)
    active = energies[energies >= energies.max() * 10 ** (-_MARGIN_DB / 10)]
    return float(np.sqrt(active.mean()))


def at_snr(speech: np.ndarray, noise: np.ndarray, snr_db: float, rate_hz: float = audio.RATE_HZ) -> np.ndarray:
    """Scale speech (float64, any unit) so that its active level is `snr_db` above the noise's RMS.

    Silent speech or silent noise leaves the speech as it is: no gain would make the ratio.
    """
    loud, floor = active_rms(speech, rate_hz), rms(noise)
    if loud == 0 or floor == 0:
        return np.asarray(speech, np.float64)
    return speech * (floor * 10 ** (snr_db / 20) / loud)


def from_dbfs(level_db: float) -> float:
    """Counts (full scale 32768) of a level in dB relative to full scale."""
    return 32_768 * 10 ** (level_db / 20)
