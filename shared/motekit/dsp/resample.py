"""FIR filters and changes of rate (`mk_resample`)."""

from math import gcd

import numpy as np
import scipy.signal

from ..core import check, ffi, lib
from ..errors import ConfigError
from .floats import FloatBlock, floats, fp


class Fir(FloatBlock):
    """FIR filter with a change of rate by up / down, polyphase.

    Parameters
    ----------
    taps : array of float
        Impulse response at `up` times the input's rate.
    up, down : int
        1 to 1024; 1 and 1 make a plain filter.

    Raises
    ------
    ConfigError
        If a parameter is out of its range.

    Notes
    -----
    Equal to `scipy.signal.upfirdn(taps, x, up, down)` for as long as there is input. A symmetric response
    delays by `delay` input samples.
    """

    def __init__(self, taps: np.ndarray, up: int = 1, down: int = 1):
        taps = np.atleast_1d(np.asarray(taps, float))
        if not (1 <= up <= lib.MK_RESAMPLE_MAX_RATE and 1 <= down <= lib.MK_RESAMPLE_MAX_RATE):
            raise ConfigError(f"up {up} and down {down} must be from 1 to {lib.MK_RESAMPLE_MAX_RATE}.")
        if taps.ndim != 1 or not 1 <= len(taps) <= 32767 * up or not np.isfinite(taps).all():
            raise ConfigError("FIR taps must be a list of at least one finite number.")
        super().__init__(up=up, down=down)
        self.up, self.down = up, down
        #: the float32 response that the core computes with
        self.taps = floats(taps).astype(float)
        #: input samples that a symmetric response delays by
        self.delay = (len(taps) - 1) / (2 * up)
        per_phase = -(-len(taps) // up)
        padded = np.zeros(per_phase * up, np.float32)
        padded[: len(taps)] = taps
        self._phases = floats(padded.reshape(per_phase, up).T[:, ::-1])
        self.struct = ffi.new(
            "mk_resample_config *", {"phases": fp(self._phases), "up": up, "down": down, "taps": per_phase}
        )
        self._history = np.zeros(per_phase, np.float32)
        self._state = ffi.new("mk_resample *")
        check(lib.mk_resample_init(self._state, self.struct, fp(self._history)), "FIR filter")

    @property
    def tables(self) -> dict[str, np.ndarray]:
        """Tables that decide the output, by name."""
        return {"phases": self._phases}

    def reset(self) -> None:
        """Forget all samples."""
        lib.mk_resample_reset(self._state)

    def push(self, samples: np.ndarray) -> np.ndarray:
        """Next part of a stream, float32[n], to the outputs it completes."""
        samples = floats(samples)
        out = np.empty(lib.mk_resample_size(self._state, len(samples)), np.float32)
        return out[: lib.mk_resample_process(self._state, fp(samples), len(samples), fp(out))]

    def process(self, samples: np.ndarray) -> np.ndarray:
        """Whole recording, float32[n], from a fresh start: float32[ceil(n up / down)]."""
        self.reset()
        return self.push(samples)


class Resampler(Fir):
    """Signal at another rate, with an anti-alias filter.

    Parameters
    ----------
    from_hz, to_hz : int
        Rates; their ratio in lowest terms must be at most 1024 to 1024.
    half_length : int
        Zero crossings of the filter's sinc on each side; more are steeper, slower and later.

    Raises
    ------
    ConfigError
        If the ratio is out of range.

    Notes
    -----
    Kaiser-windowed sinc (beta 5) as of `scipy.signal.resample_poly`; delays by
    `half_length * max(1, down / up)` input samples (`delay`).
    """

    def __init__(self, from_hz: int, to_hz: int, half_length: int = 10):
        if from_hz < 1 or to_hz < 1 or half_length < 1:
            raise ConfigError("resampler: rates and half_length must be at least 1.")
        up, down = to_hz // gcd(from_hz, to_hz), from_hz // gcd(from_hz, to_hz)
        slowest = max(up, down)
        if slowest > lib.MK_RESAMPLE_MAX_RATE:
            raise ConfigError(f"{from_hz} to {to_hz} Hz is {up} to {down}, above 1024. Choose rounder rates.")
        if slowest == 1:
            taps = np.ones(1)
        else:
            taps = scipy.signal.firwin(2 * half_length * slowest + 1, 1 / slowest, window=("kaiser", 5.0)) * up
        super().__init__(taps, up, down)
        self._parameters |= {"from_hz": from_hz, "to_hz": to_hz, "half_length": half_length}
