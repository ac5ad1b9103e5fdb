"""Beats found by looking to both sides (`mk_peaks`)."""

from dataclasses import dataclass

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp


@dataclass(frozen=True)
class Peak:
    """One energy peak: its time since reset in seconds, amplitude, and amplitude by the level around it."""

    time_s: float
    amplitude: float
    share: float


def smoother(length_s: float, rate_hz: int) -> np.ndarray:
    """Hann-shaped weights of odd length and sum 1, float32."""
    taps = max(3, round(length_s * rate_hz) | 1)
    weights = np.hanning(taps + 2)[1:-1]
    return floats(weights / weights.sum())


class Peaks(FloatBlock):
    """Energy peaks of a band-passed ECG or pulse wave, and how each compares with the beats around it.

    Parameters
    ----------
    rate_hz : int
    smoothing_s : float
        Length of the energy's Hann-shaped weights; 0.12 for an ECG.
    apart_s : float
        A peak is the largest within this on either side.
    reach_s : float
        How far to both sides its level looks.
    upward : bool
        Only what lies above zero counts.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        rate_hz: int,
        *,
        smoothing_s: float = 0.12,
        apart_s: float = 0.2,
        reach_s: float = 4.0,
        upward: bool = False,
    ):
        super().__init__(rate_hz=rate_hz, smoothing_s=smoothing_s, apart_s=apart_s, reach_s=reach_s, upward=upward)
        self._smoother = smoother(smoothing_s, rate_hz)
        apart, reach = round(apart_s * rate_hz), round(reach_s * rate_hz)
        if not (len(self._smoother) < 256 and 0 < apart <= reach <= 8 * rate_hz):
            raise ConfigError("peaks: at most 255 samples of smoothing, and 0 < apart_s <= reach_s <= 8.")
        self.rate_hz = rate_hz
        self.struct = ffi.new(
            "mk_peaks_config *", (fp(self._smoother), rate_hz, apart, reach, len(self._smoother), upward)
        )
        #: float32 values of its ring
        self.ring = len(self._smoother) + 2 * apart + 1
        self._ring = np.zeros(self.ring, np.float32)
        self._state = ffi.new("mk_peaks *")
        check(lib.mk_peaks_init(self._state, self.struct, fp(self._ring)), "peaks")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"smoother": self._smoother}

    def reset(self) -> None:
        """Forget the signal."""
        lib.mk_peaks_reset(self._state)

    def push(self, signal: np.ndarray) -> list[Peak]:
        """Next samples, float32[n], at most `reach_s` long, to the peaks that are settled now."""
        signal, found, peak = floats(signal), [], ffi.new("mk_peak *")
        lib.mk_peaks_process(self._state, fp(signal), len(signal))
        while lib.mk_peaks_settled(self._state, peak):
            found.append(self._peak(peak))
        return found

    def open(self) -> list[Peak]:
        """Peaks that are not settled, judged by what is known now."""
        found, peak = [], ffi.new("mk_peak *")
        while lib.mk_peaks_open(self._state, len(found), peak):
            found.append(self._peak(peak))
        return found

    def process(self, signal: np.ndarray) -> list[Peak]:
        """All peaks of a whole recording, from a fresh start."""
        self.reset()
        step = self.struct.reach
        settled = [peak for at in range(0, len(signal), step) for peak in self.push(signal[at : at + step])]
        return settled + self.open()

    def _peak(self, peak) -> Peak:
        return Peak((peak.sample + float(peak.fraction)) / self.rate_hz, peak.amplitude, peak.share)
