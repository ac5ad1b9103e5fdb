"""Heart-rate variability (`mk_hrv`) and irregularity (`mk_rr`) of beat-to-beat intervals."""

from dataclasses import dataclass

import numpy as np

from ..core import ffi, lib, pointer
from .floats import floats, fp

#: names of what `irregularity` gives, in its order
IRREGULARITY = ("quarter", "large", "origin", "turning", "mean")


@dataclass(frozen=True)
class Hrv:
    """Variability of a run of intervals.

    Attributes
    ----------
    mean_rr, sdnn, rmssd, sd1, sd2 : float
        Seconds.
    pnn50 : float
        Share, 0 to 1, of changes above 50 ms.
    intervals, pairs : int
        How many intervals, and pairs of neighbours, counted.
    quality : int
        Flags (dsp_quality.h): "gap" if intervals were left out, "empty" if too few counted.
    """

    mean_rr: float
    sdnn: float
    rmssd: float
    pnn50: float
    sd1: float
    sd2: float
    intervals: int
    pairs: int
    quality: int


def valid_intervals(rr: np.ndarray) -> np.ndarray:
    """Which of float32[n] intervals in seconds count, bool[n]: 0.3 to 2 s, within a fifth of the local median."""
    rr = floats(rr)
    valid = np.zeros(len(rr), np.uint8)
    lib.mk_rr_valid(fp(rr), len(rr), pointer("uint8_t", valid))
    return valid.astype(bool)


def variability(rr: np.ndarray, valid: np.ndarray | None = None) -> Hrv:
    """Variability of float32[n] intervals in seconds.

    Parameters
    ----------
    rr : ndarray
        In the order they came.
    valid : ndarray, optional
        bool[n]; by default as `valid_intervals` finds.

    Notes
    -----
    As of the Task Force of the ESC and NASPE 1996; deviations with n - 1.
    """
    rr = floats(rr)
    marks = np.ascontiguousarray(valid_intervals(rr) if valid is None else valid, np.uint8)
    if marks.shape != rr.shape:
        raise ValueError("one mark an interval")
    out = ffi.new("mk_hrv *")
    quality = lib.mk_hrv_process(fp(rr), pointer("uint8_t", marks), len(rr), out)
    names = ("mean_rr", "sdnn", "rmssd", "pnn50", "sd1", "sd2", "intervals", "pairs")
    return Hrv(**{name: getattr(out, name) for name in names}, quality=quality)


def irregularity(rr: np.ndarray) -> tuple[np.ndarray, int]:
    """Irregularity of float32[n] intervals in seconds: float32[5] by `IRREGULARITY`, and quality flags."""
    rr = floats(rr)
    scratch, values = np.empty(len(rr), np.float32), np.empty(lib.MK_RR_VALUES, np.float32)
    quality = lib.mk_rr_process(fp(rr), len(rr), fp(scratch), fp(values))
    return values, quality
