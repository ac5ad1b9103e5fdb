"""Values of a wrist's motion that do not depend on how the watch is worn (`mk_gait`)."""

import numpy as np
import scipy.signal

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp
from .spectrum import FloatFft

RATE_HZ, LENGTH, FFT = 20, 80, 128
#: edges of the spectra's bands, Hz
BANDS_HZ = (0.3, 0.8, 1.2, 1.6, 2.0, 2.4, 2.9, 3.6, 4.5, 5.7, 7.3, 9.5)

_POSTURE = (
    "along", "across", "plane_less", "plane_more", "plane_change", "down", "sideways", "down_with_along",
    "magnitude", "radius", "period_height", "period_s",
)  # fmt: skip
_TRACK = ("deviation", "change", "skewness", "kurtosis", "largest", "smallest")
_SPECTRUM = (*(f"band{k}" for k in range(len(BANDS_HZ) - 1)), "entropy", "line_hz", "line_share")
#: what each value is
NAMES = (
    *_POSTURE,
    *(f"{track}_{name}" for track in ("along", "magnitude", "radial") for name in _TRACK),
    *(f"{track}_{name}" for track in ("along", "plane", "magnitude", "radial") for name in _SPECTRUM),
)


class Gait(FloatBlock):
    """Four seconds of acceleration at 20 Hz to 86 values; dsp_gait.h says which."""

    def __init__(self):
        super().__init__(rate_hz=RATE_HZ, bands_hz=BANDS_HZ)
        self._fft = FloatFft(FFT)
        self._window = floats(scipy.signal.get_window("hann", LENGTH))
        self._edges = np.array([np.ceil(hz * FFT / RATE_HZ) for hz in BANDS_HZ], np.uint16)
        self.struct = ffi.new(
            "mk_gait_config *",
            {"fft": self._fft.struct[0], "window": fp(self._window), "edge": pointer("uint16_t", self._edges)},
        )
        check(lib.mk_gait_check(self.struct), "gait")
        self._scratch = np.zeros(lib.MK_GAIT_SCRATCH, np.float32)

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {
            "twiddle": self._fft.twiddle, "order": self._fft.order, "window": self._window, "edge": self._edges
        }  # fmt: skip

    def process(self, windows: np.ndarray) -> np.ndarray:
        """Windows float32[..., 80, 3] in g to values float32[..., 86]; zeros where a sample is not finite."""
        windows = floats(windows)
        if windows.shape[-2:] != (LENGTH, 3):
            raise ConfigError(f"windows have shape {windows.shape}, not (..., {LENGTH}, 3).")
        planar = np.ascontiguousarray(np.swapaxes(windows, -1, -2)).reshape(-1, 3 * LENGTH)
        values = np.empty((len(planar), len(NAMES)), np.float32)
        for row, out in zip(planar, values, strict=True):
            lib.mk_gait_process(self.struct, fp(row), fp(out), fp(self._scratch))
        return values.reshape(*windows.shape[:-2], len(NAMES))

    def spectrum(self, window: np.ndarray) -> np.ndarray:
        """Power spectrum of the magnitude of one window, float32[65], as `mk_cadence` takes it."""
        self.process(window)
        return self._scratch[: lib.MK_GAIT_BINS].copy()
