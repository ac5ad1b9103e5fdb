"""Real FFT and power spectra in float32 (`mk_rfft`, `mk_spectrum`)."""

import numpy as np
import scipy.signal

from ..core import check, ffi, lib, pointer
from ..errors import ConfigError
from .fft import bit_reversal
from .floats import FloatBlock, floats, fp

LENGTHS = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096)


def window(name: str | tuple | None, length: int) -> np.ndarray | None:
    """Periodic window by its `scipy.signal.get_window` name, float32[length]; None for "boxcar" or None."""
    if name in (None, "boxcar", "none"):
        return None
    try:
        return floats(scipy.signal.get_window(name, length))
    except ValueError as error:
        raise ConfigError(f"window {name!r}: {error}. Use a name that scipy.signal.get_window knows.") from None


class FloatFft:
    """Real FFT in float32, unscaled like `numpy.fft.rfft`.

    Parameters
    ----------
    length : int
        Power of two, 16 to 4096.

    Raises
    ------
    ConfigError
        If the length is not one of these.
    """

    def __init__(self, length: int):
        if length not in LENGTHS:
            raise ConfigError(f"FFT length {length} is not a power of two from 16 to 4096. Choose one that is.")
        self.length = length
        angle = 2 * np.pi * np.arange(length * 3 // 4) / length
        self.twiddle = floats(np.stack([np.cos(angle), np.sin(angle)], axis=1))
        points = length // 2
        radix = 4 if points.bit_length() % 2 else 2
        self.order = np.ascontiguousarray(bit_reversal(points)[::radix])
        self.struct = ffi.new("mk_rfft *")
        check(lib.mk_rfft_init(self.struct, length, fp(self.twiddle), pointer("uint16_t", self.order)), "FFT")

    def packed(self, signal: np.ndarray) -> np.ndarray:
        """Transform float32[length] to the core's layout: X[0], X[length / 2], then pairs (re, im)."""
        signal, out = floats(signal), np.empty(self.length, np.float32)
        if signal.shape != (self.length,):
            raise ValueError(f"signal has shape {signal.shape}, not ({self.length},)")
        lib.mk_rfft_process(self.struct, fp(signal), fp(out))
        return out

    def process(self, signal: np.ndarray) -> np.ndarray:
        """Transform float32[length] to complex64[length / 2 + 1]."""
        packed = self.packed(signal)
        middle = packed[2:].view(np.complex64)
        return np.concatenate([packed[:1], middle, packed[1:2]]).astype(np.complex64)


class PowerSpectrum(FloatBlock):
    """Power spectrum of one windowed frame.

    Parameters
    ----------
    frame_length : int
        Samples of the frame, at most `fft_length`.
    fft_length : int, optional
        Power of two, 16 to 4096; the next one at or above `frame_length` if left out.
    window_name : str or None
        A window that `scipy.signal.get_window` knows.
    detrend : bool
        Subtract the frame's mean first.
    scaling : {"power", "density"}
        |X|^2, or a one-sided density in unit^2 / Hz (needs `rate_hz`), as of `scipy.signal.periodogram`.
    rate_hz : float
        Sampling rate.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.
    """

    def __init__(
        self,
        frame_length: int,
        fft_length: int | None = None,
        window_name: str | tuple | None = "hann",
        detrend: bool = False,
        scaling: str = "power",
        rate_hz: float = 1.0,
    ):
        if frame_length < 1:
            raise ConfigError(f"frame_length {frame_length} must be at least 1.")
        fft_length = fft_length or max(16, 1 << (frame_length - 1).bit_length())
        if frame_length > fft_length:
            raise ConfigError(f"frame_length {frame_length} is above fft_length {fft_length}.")
        if scaling not in ("power", "density"):
            raise ConfigError(f"scaling {scaling!r} is unknown. Use power or density.")
        self.fft = FloatFft(fft_length)
        self._window = window(window_name, frame_length)
        self.frame_length, self.bins, self.rate_hz = frame_length, fft_length // 2 + 1, float(rate_hz)
        energy = float(frame_length if self._window is None else (self._window.astype(float) ** 2).sum())
        self.scale = np.float32(1.0 if scaling == "power" else 1.0 / (rate_hz * energy))
        super().__init__(
            frame_length=frame_length, fft_length=fft_length, window=window_name, detrend=detrend, scaling=scaling,
            rate_hz=float(rate_hz),
        )  # fmt: skip
        self.struct = ffi.new(
            "mk_spectrum_config *",
            {
                "fft": self.fft.struct[0],
                "frame_length": frame_length,
                "detrend": int(detrend),
                "one_sided": int(scaling == "density"),
                "scale": self.scale,
                "window": ffi.NULL if self._window is None else fp(self._window),
            },
        )
        self._scratch = np.zeros(2 * fft_length, np.float32)
        self._state = ffi.new("mk_spectrum *")
        check(lib.mk_spectrum_init(self._state, self.struct, fp(self._scratch)), "power spectrum")
        #: flags of the last frame (dsp_quality.h)
        self.quality = 0

    @property
    def frequencies(self) -> np.ndarray:
        """Centre of each bin in Hz."""
        return np.arange(self.bins) * self.rate_hz / self.fft.length

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        tables = {"twiddle": self.fft.twiddle, "order": self.fft.order}
        return tables if self._window is None else tables | {"window": self._window}

    def process(self, frame: np.ndarray) -> np.ndarray:
        """Spectrum of float32[frame_length], float32[fft_length / 2 + 1]."""
        frame, power = floats(frame), np.empty(self.bins, np.float32)
        if frame.shape != (self.frame_length,):
            raise ValueError(f"frame has shape {frame.shape}, not ({self.frame_length},)")
        self.quality = lib.mk_spectrum_process(self._state, fp(frame), fp(power))
        return power

    def process_log(self, frame: np.ndarray) -> np.ndarray:
        """Natural logarithm of the spectrum, at least ln(FLT_MIN) = -87.34."""
        power = self.process(frame)
        lib.mk_spectrum_log(fp(power), fp(power), len(power))
        return power
