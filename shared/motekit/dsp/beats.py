"""Heart beats in a stream of ECG or pulse wave (`mk_beats`)."""

import numpy as np

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp


class Beats(FloatBlock):
    """Times of heart beats, between samples, by an adaptive threshold on a smoothed energy.

    Parameters
    ----------
    rate_hz : int
        Samples a second.
    smoothing_s : float
        Length of the energy's mean: 0.1 for an ECG, 0.2 for a pulse wave.
    refractory_s : float
        Least time from one beat to the next, at least `smoothing_s`.
    upward : bool
        Only what lies above zero counts: for pulse waves whose rise points up.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.

    Notes
    -----
    Wants a band-passed signal: 8 to 20 Hz for an ECG, 0.5 to 5 Hz for a pulse wave (`Sos`). The first three
    seconds only set the threshold. After Pan & Tompkins 1985 (dsp_beats.h says what differs).
    """

    def __init__(self, rate_hz: int, *, smoothing_s: float = 0.1, refractory_s: float = 0.25, upward: bool = False):
        smoothing, refractory = round(smoothing_s * rate_hz), round(refractory_s * rate_hz)
        if not (0 < rate_hz < 65536 and 2 <= smoothing <= lib.MK_BEATS_MAX_SMOOTHING and refractory < 65536):
            raise ConfigError(
                f"beats at {rate_hz} Hz: the smoothing of {smoothing_s:g} s must be 2 to "
                f"{lib.MK_BEATS_MAX_SMOOTHING} samples. Resample, or give another one."
            )
        super().__init__(rate_hz=rate_hz, smoothing=smoothing, refractory=refractory, upward=bool(upward))
        self.rate_hz = rate_hz
        #: flags of the last signal (dsp_quality.h)
        self.quality = 0
        self._ring = np.zeros(8 * smoothing, np.float32)
        self._state = ffi.new("mk_beats *")
        config = ffi.new("mk_beats_config *", (rate_hz, smoothing, refractory, upward))
        check(lib.mk_beats_init(self._state, config, fp(self._ring)), "beats")

    def reset(self) -> None:
        """Forget the signal and the levels."""
        lib.mk_beats_reset(self._state)

    def push(self, signal: np.ndarray) -> np.ndarray:
        """Next samples, float32[n], to the times of the beats found, float64, seconds since reset."""
        signal = floats(signal)
        found = ffi.new("mk_beat[]", len(signal) // self.parameters["refractory"] + 1)
        quality = ffi.new("mk_quality *")
        count = lib.mk_beats_process(self._state, fp(signal), len(signal), found, quality)
        self.quality = quality[0]
        return np.array([(found[i].sample + float(found[i].fraction)) / self.rate_hz for i in range(count)], float)

    def process(self, signal: np.ndarray) -> np.ndarray:
        """Times of the beats of a whole recording, from a fresh start."""
        self.reset()
        return self.push(signal)
