"""A recording of a machine's vibration."""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import scipy.signal

from ..errors import DataError
from .recording import Recording

#: counts of int16 frames: no sample
MISSING = -32768


@dataclass(frozen=True, eq=False)
class MachineRecording(Recording):
    """Vibration and shaft speed.

    `samples` is float32[n, 2]: acceleration in m/s^2 and speed in rpm, NaN where there is none.

    Attributes
    ----------
    diameter : float
        Of the fault, in inches; 0 where it is normal or not known.
    load : int
        In hp, or the data set's number of the load.
    rpm : float
        Mean speed of the shaft; NaN if unknown.
    bearing : str
        Which of the data set's bearings has the fault.
    note : str
        What the loader changed.
    """

    diameter: float = 0.0
    load: int = 0
    rpm: float = float("nan")
    bearing: str = ""
    note: str = ""


def frames_of(samples: np.ndarray, scale: float) -> np.ndarray:
    """Samples float32[n, 2] as the sensor's int16[n, 2] frames, `scale` m/s^2 a count; NaN becomes `MISSING`.

    Raises
    ------
    DataError
        If a speed does not fit.
    """
    samples = np.asarray(samples, float)
    rpm = samples[:, 1]
    if np.nanmax(np.abs(rpm), initial=0) > 32767:
        raise DataError("a shaft speed is above 32,767 rpm. Give it in turns a minute.")
    counts = np.stack([samples[:, 0] / scale, rpm], axis=1)
    limited = np.clip(np.rint(counts), -32767, 32767)
    return np.where(np.isnan(counts), MISSING, limited).astype(np.int16)


def at_rate(samples: np.ndarray, rate_hz: float, wanted_hz: float) -> np.ndarray:
    """Samples [n, 2] at another rate, low-passed first where that is lower; what was missing stays missing."""
    if rate_hz == wanted_hz:
        return samples
    x, rpm = np.asarray(samples[:, 0], float), samples[:, 1]
    missing = np.isnan(x)
    if missing.any() and not missing.all():
        x = np.interp(np.arange(len(x)), np.flatnonzero(~missing), x[~missing])
    ratio = Fraction(wanted_hz / rate_hz).limit_denominator(4096)
    out = scipy.signal.resample_poly(np.nan_to_num(x), ratio.numerator, ratio.denominator)
    nearest = np.minimum((np.arange(len(out)) * (rate_hz / wanted_hz)).round().astype(int), len(x) - 1)
    out[missing[nearest]] = np.nan
    return np.stack([out, rpm[nearest]], axis=1).astype(np.float32)


def brought_to(recording: MachineRecording, rate_hz: float) -> MachineRecording:
    """The recording at another rate; its note says so."""
    if recording.rate_hz == rate_hz:
        return recording
    said = f"brought from {recording.rate_hz:g} to {rate_hz:g} Hz"
    return replace(
        recording,
        samples=at_rate(recording.samples, recording.rate_hz, rate_hz),
        rate_hz=rate_hz,
        note=f"{recording.note}; {said}" if recording.note else said,
    )
