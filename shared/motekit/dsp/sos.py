"""Second-order IIR sections (`mk_sos`)."""

import numpy as np
import scipy.signal

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp


class Sos(FloatBlock):
    """Band-pass, low-pass, high-pass or band-stop by second-order sections.

    Parameters
    ----------
    kind : {"lowpass", "highpass", "bandpass", "bandstop"}
    cutoff_hz : float or tuple of float
        -3 dB frequency or frequencies, in Hz, below half of `rate_hz`.
    order : int
        Butterworth order, 1 to 8.
    rate_hz : float
        Sampling rate.

    Raises
    ------
    ConfigError
        If a cut-off is not between 0 and `rate_hz / 2`, or the order is out of range.

    Notes
    -----
    Delays the signal by about `order / (2 pi cutoff_hz)` seconds in the pass band (`group_delay_s` says how
    much at a frequency). Coefficients by `scipy.signal.butter`, rounded to float32; the filtering is the core's
    `mk_sos`.
    """

    def __init__(self, kind: str, cutoff_hz: float | tuple[float, float], order: int, rate_hz: float):
        cutoff = tuple(map(float, np.atleast_1d(cutoff_hz)))
        if kind not in ("lowpass", "highpass", "bandpass", "bandstop"):
            raise ConfigError(f"filter kind {kind!r} is unknown. Use lowpass, highpass, bandpass or bandstop.")
        if len(cutoff) != (2 if kind.startswith("band") else 1):
            raise ConfigError(f"{kind} takes {2 if kind.startswith('band') else 1} cut-off frequencies.")
        if not all(0 < hz < rate_hz / 2 for hz in cutoff) or sorted(set(cutoff)) != list(cutoff):
            raise ConfigError(f"cut-off {cutoff} must rise and lie between 0 and {rate_hz / 2:g} Hz.")
        if not 1 <= order <= 8:
            raise ConfigError(f"order {order} must be from 1 to 8.")
        super().__init__(kind=kind, cutoff_hz=cutoff, order=order, rate_hz=float(rate_hz))
        self.rate_hz = float(rate_hz)
        wanted = cutoff if len(cutoff) > 1 else cutoff[0]
        self._init(scipy.signal.butter(order, wanted, kind, fs=rate_hz, output="sos"))

    @classmethod
    def from_sections(cls, sections: np.ndarray, rate_hz: float) -> "Sos":
        """Any design of `scipy.signal` in sos form, float[sections, 6], for example of `iirnotch` or `cheby2`."""
        block = cls.__new__(cls)
        FloatBlock.__init__(block, kind="sections", rate_hz=float(rate_hz))
        block.rate_hz = float(rate_hz)
        block._init(np.asarray(sections, float))
        return block

    def _init(self, sections: np.ndarray) -> None:
        coefficients = floats(sections / sections[:, 3:4])
        #: float32 sections that the core computes with, in scipy's layout
        self.sections = coefficients.astype(np.float64)
        if not (np.abs(scipy.signal.sos2zpk(self.sections)[1]) < 1).all():
            raise ConfigError("filter: unstable once rounded to float32. Use a lower order or a higher cut-off.")
        self._coefficients = floats(coefficients[:, [0, 1, 2, 4, 5]])
        self._state = np.zeros(2 * len(sections), np.float32)
        self.struct = ffi.new("mk_sos *")
        check(lib.mk_sos_init(self.struct, fp(self._coefficients), len(sections), fp(self._state)), "filter")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"coefficients": self._coefficients}

    def group_delay_s(self, hz: float) -> float:
        """Delay of a tone of this frequency, in seconds."""
        step = 1e-4 * hz
        _, response = scipy.signal.sosfreqz(self.sections, [hz - step, hz + step], fs=self.rate_hz)
        return float(-np.angle(response[1] / response[0]) / (4 * np.pi * step))

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_sos_reset(self.struct)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, float32[n], filtered: float32[n]."""
        samples = floats(samples)
        out = np.empty_like(samples)
        lib.mk_sos_process(self.struct, fp(samples), fp(out), len(samples))
        return out

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, float32[n], filtered from a fresh start: float32[n]."""
        self.reset()
        return self.push(samples)
